create table core.fct_opinion_unit (
    feedback_key text, touchpoint_slug text, topic_slug text, is_relevant boolean,
    subject_slug text
);
create table core.fct_survey_response
    (feedback_key text, nps_score smallint, csat_score smallint, ces_score smallint);
create table core.fct_campaign_touch (campaign_key text, customer_key text);
create table core.fct_survey_invitation as select 'i1' as invitation_id;
insert into core.fct_opinion_unit values ('k1', 'delivery', 'delivery_speed', true, 'us');
insert into core.fct_survey_response values ('k2', 9, 5, 6);

create table marts_build.mart_journey_touchpoints as
select
    date '2026-01-01' as month, 'delivery' as touchpoint_slug, '配送' as touchpoint_name_zh,
    'Delivery' as touchpoint_name_en, 1 as touchpoint_order, 'deliver' as stage_slug,
    '配送' as stage_name_zh, 'Deliver' as stage_name_en, 1 as stage_order,
    'review' as channel_slug, '点评' as channel_name_zh,
    10 as feedback_count, 12 as unit_count, 4 as positive_count, 3 as neutral_count,
    3 as negative_count, 10 as scored_count, 5.0 as sentiment_score_sum, 20 as intensity_sum,
    12 as intensity_count, 11.5 as weighted_unit_count, 10.0 as net_sentiment_pct,
    -40.0 as net_sentiment_low, 55.0 as net_sentiment_high,
    true as is_small_sample, false as is_suppressed;
create table marts_build.mart_journey_region as
select
    date '2026-01-01' as quarter, 'delivery' as touchpoint_slug, '配送' as touchpoint_name_zh,
    1 as touchpoint_order, '配送' as stage_name_zh, '华东' as region, 10 as feedback_count,
    12 as unit_count, 4 as positive_count, 3 as neutral_count, 3 as negative_count,
    10 as scored_count, 10.0 as net_sentiment_pct, -40.0 as net_sentiment_low,
    55.0 as net_sentiment_high, true as is_small_sample, false as is_suppressed;
create table marts_build.mart_journey_summary as
select
    'delivery' as touchpoint_slug, '配送' as touchpoint_name_zh,
    'Delivery' as touchpoint_name_en, 1 as touchpoint_order, 'deliver' as stage_slug,
    '配送' as stage_name_zh, 'Deliver' as stage_name_en, 1 as stage_order, 12 as unit_count,
    10.0 as net_sentiment_pct, -40.0 as net_sentiment_low, 55.0 as net_sentiment_high,
    12.0 as journey_net_sentiment_pct, 0.3 as p_value, 0.6 as q_value, 'normal' as flag_slug,
    'speed' as top_need_slug, '快速' as top_need_name_zh;
create table marts_build.mart_breakpoints as
select
    'sales' as from_department_slug, '销售' as from_department_name_zh,
    'Sales' as from_department_name_en, 'after_sales' as to_department_slug,
    '售后' as to_department_name_zh, 'After-sales' as to_department_name_en,
    '销售 → 售后' as pair_label_zh, 'over_promise' as breakpoint_kind,
    '过度承诺' as breakpoint_kind_name_zh, 'Over-promise' as breakpoint_kind_name_en,
    8 as feedback_count, 7 as customer_count, 1.5 as lift, 0.9 as lift_low, 2.4 as lift_high,
    0.2 as q_value, false as is_significant, 3.5 as mean_intensity, 90.0 as negative_share_pct,
    999.0 as order_amount_cny, 12.3 as severity_score, true as is_small_sample,
    false as is_suppressed;
create table marts_build.mart_breakpoint_evidence as
select
    'sales' as from_department_slug, 'after_sales' as to_department_slug,
    'over_promise' as breakpoint_kind, 'k1' as feedback_key, date '2026-01-05' as occurred_date,
    'review' as channel_slug, '点评' as channel_name_zh, '华东' as region,
    '说好当天装，三天没人来' as quote, '说好当天装' as from_quote, '三天没人来' as to_quote,
    4 as intensity, 1 as evidence_rank;
create table marts_build.mart_nps as
select
    date '2026-01-01' as month, 'post_purchase' as survey_slug, 'survey' as channel_slug,
    '问卷' as channel_name_zh, 40 as response_count, 20 as promoter_count,
    10 as passive_count, 10 as detractor_count, 25.0 as nps, -1.0 as nps_low, 48.0 as nps_high,
    false as is_small_sample, false as is_suppressed;
create table marts_build.mart_nps_region as
select
    date '2026-01-01' as month, '华东' as region, 40 as response_count, 20 as promoter_count,
    10 as passive_count, 10 as detractor_count, 25.0 as nps, -1.0 as nps_low, 48.0 as nps_high,
    false as is_small_sample, false as is_suppressed;
create table marts_build.mart_nps_monthly as
select
    date '2026-01-01' as month, 40 as response_count, 20 as promoter_count, 10 as passive_count,
    10 as detractor_count, 25.0 as nps, -1.0 as nps_low, 48.0 as nps_high, 3.0 as nps_change,
    -10.0 as change_low, 16.0 as change_high, true as is_inside_noise,
    false as is_small_sample, false as is_suppressed;
create table marts_build.mart_satisfaction as
select
    date '2026-01-01' as month, measure_slug, 'post_service' as survey_slug,
    'survey' as channel_slug, '问卷' as channel_name_zh, 1 as response_count,
    null::integer as content_count, null::integer as discontent_count,
    null::double precision as score_sum, null::double precision as content_pct,
    null::double precision as content_low, null::double precision as content_high,
    true as is_small_sample, true as is_suppressed
from (values ('csat'), ('ces')) as measures (measure_slug);
create table marts_build.mart_satisfaction_monthly as
select
    date '2026-01-01' as month, 'csat' as measure_slug, 70 as response_count,
    56 as content_count, 5 as discontent_count, 4.1 as mean_score, 80.0 as content_pct,
    69.2 as content_low, 87.7 as content_high, 20.0 as content_change, 5.24 as change_low,
    33.39 as change_high, false as is_inside_noise, false as is_small_sample,
    false as is_suppressed;
create table marts_build.mart_label_drift as
select
    date '2026-01-05' as week, 'all' as scope_kind, 'all' as scope_slug, 'polarity' as label,
    true as is_newest_week, 400.0 as week_weight, 9000.0 as reference_weight,
    26 as reference_weeks, 0.31 as psi, 0.01 as psi_by_chance, 0.000001 as p_value,
    0.00001 as q_value, 'negative' as moved_value, 20.0 as share_before_pct,
    45.0 as share_now_pct, 25.0 as share_change, 'moved_strongly' as verdict,
    true as is_moved, false as is_inside_noise, false as is_small_sample,
    '1' as pipeline_version;
create table marts_build.mart_survey_response as
select
    date '2026-01-01' as month, 'post_purchase' as survey_slug, 'sms' as invitation_channel,
    42 as invitation_count, 40 as sent_count, 30 as delivered_count, 12 as started_count,
    8 as completed_count, 1 as suppressed_count, 1 as opted_out_count, 2 as rule_break_count,
    20.0 as response_rate_pct, 10.5 as response_rate_low, 34.8 as response_rate_high,
    35.0 as median_minutes_to_answer, false as is_small_sample, false as is_suppressed;
create table marts_build.mart_theme_trend as
select
    date '2026-01-01' as month, 'delivery_speed' as topic_slug, '配送速度' as topic_name_zh,
    'Delivery speed' as topic_name_en, 'delivery' as level1_slug, '配送' as level1_name_zh,
    'speed' as level2_slug, '速度' as level2_name_zh, 10 as feedback_count, 12 as unit_count,
    50 as total_feedback_count, 10.0 as voice_count, 50.0 as total_voice_count,
    20.0 as share_pct, 11.0 as share_low, 33.0 as share_high,
    -10.0 as net_sentiment_pct, 4 as negative_count, 'no_trend' as trend,
    0.5 as sen_slope_pct_per_year, 0.7 as q_value, false as is_small_sample,
    false as is_suppressed;
create table marts_build.mart_theme_week as
select
    date '2026-01-05' as week, 'delivery_speed' as topic_slug, '配送速度' as topic_name_zh,
    'Delivery speed' as topic_name_en, '配送' as level1_name_zh, '速度' as level2_name_zh,
    10.0 as voice_count, 4.0 as negative_voice_count, 50.0 as total_voice_count,
    20.0 as share_pct, 11.0 as share_low, 33.0 as share_high, 90 as order_count,
    'shopping' as event_kind, '年货节' as event_names_zh, 'New Year sale' as event_names_en,
    0 as holiday_day_count, false as is_small_sample, false as is_suppressed;
create table marts_build.mart_event_theme as
select
    'e1' as event_key, 'sale' as event_slug, '年货节' as event_name_zh,
    'New Year sale' as event_name_en, 'shopping' as event_kind, date '2026-01-05' as
    started_date, date '2026-01-20' as ended_date, 'delivery_speed' as topic_slug,
    '配送速度' as topic_name_zh, 23 as day_count, 50 as base_day_count, 20.0 as voice_count,
    40.0 as total_voice_count, 10.0 as base_voice_count, 100.0 as base_total_voice_count,
    0.9 as voices_per_day, 0.2 as base_voices_per_day, 8.0 as orders_per_day,
    6.0 as base_orders_per_day, 50.0 as share_pct, 35.2 as share_low, 64.8 as share_high,
    25.0 as negative_pct, 4.8 as share_ratio, 2.5 as share_ratio_low, 9.3 as share_ratio_high,
    0.001 as q_value, 1 as times_compared, 1 as times_louder, false as is_inside_noise,
    false as is_small_sample, false as is_suppressed;
create table marts_build.mart_emerging_topics as
select
    date '2026-01-05' as week, '2026-w02-abc123' as candidate_id, 'rising' as kind,
    '滤芯 · 漏水' as label, '滤芯, 漏水' as terms, date '2026-01-05' as first_week,
    1 as weeks_seen, true as is_newest_week, 20 as unit_count, 18 as voter_count,
    200 as window_voter_count, 0 as background_voter_count, 9.0 as share_pct, 5.8 as share_low,
    13.8 as share_high, null::double precision as rise, 12.0 as rise_low,
    null::double precision as rise_high, -50.0 as net_sentiment_pct, '滤芯漏水' as examples,
    null::text as adopted_topic_name_zh, true as is_small_sample, false as is_suppressed;
create table marts_build.mart_journey_funnel as
select
    'all' as dimension, 'all' as segment_slug, '全部' as segment_name, 2 as step_order,
    'clicked' as step_slug, '点击' as step_name_zh, 'Clicked' as step_name_en,
    'seen' as base_step_slug, 44 as journey_count, 100 as base_count, 40 as reached_count,
    60 as lost_count, 40.0 as share_pct, 30.9 as share_low, 49.8 as share_high,
    0.5 as median_days, null::double precision as amount_cny, 9 as negative_customer_count,
    6 as top_topic_customer_count, '价格' as top_topic_name_zh, true as is_main,
    false as is_small_sample, false as is_suppressed;
create table marts_build.mart_keywords as
select
    'recent' as period_kind, date '2026-01-05' as period_start, date '2026-02-01' as period_end,
    'topic' as dimension, 'delivery_speed' as aspect_slug, '配送速度' as aspect_name_zh,
    '没到' as keyword, 12 as voter_count, 10.0 as voice_count, 40.0 as aspect_voice_count,
    25.0 as share_pct, 14.2 as share_low, 40.2 as share_high, 75.0 as negative_pct,
    9.0 as odds_ratio, 4.0 as odds_ratio_low, 20.0 as odds_ratio_high, 0.001 as q_value,
    1 as distinctive_rank, 4.0 as base_vote_count, 2.5 as rise, 1.2 as rise_low,
    5.2 as rise_high, 0.02 as rise_q_value, 'rising' as change, true as is_newest_period,
    true as is_distinctive, false as is_inside_noise, true as is_small_sample,
    false as is_suppressed;
create table marts_build.mart_nps_drivers as
select
    'topic' as dimension, 'delivery_speed' as aspect_slug, '配送速度' as aspect_name_zh,
    'Delivery speed' as aspect_name_en, 40 as total_answers, 25.0 as nps, 40 as answer_count,
    9 as complaint_count, 25.0 as nps_of_named, null::double precision as leave_one_out,
    null::double precision as leave_one_out_low, null::double precision as leave_one_out_high,
    25.0 as additive_share, 2.0 as additive_low, 47.0 as additive_high,
    100.0 as relative_weight_pct, 40.0 as weight_low, 100.0 as weight_high,
    0.8 as score_effect, 0.2 as effect_low, 1.4 as effect_high, 0.01 as q_value,
    true as is_significant, 12.0 as explained_pct, false as is_small_sample;
create table marts_build.mart_surge (
    surge_key text, subject_kind text, subject_slug text, subject_name_zh text, subject_name_en
    text, region text, first_alarm_date date, last_alarm_date date, alarm_day_count integer,
    is_running boolean, peak_date date, peak_voice_count integer, days_before_peak integer,
    window_days integer, voice_count integer, baseline_kind text, baseline_voice_count integer,
    expected_count double precision, expected_low double precision, expected_high double
    precision, observed_to_expected_ratio double precision, q_value double precision,
    best_q_value double precision, is_small_sample boolean, is_suppressed boolean
);
create table marts_build.mart_nps_bridge as
select
    'quarter' as comparison, 'topic' as dimension, 'delivery_speed' as aspect_slug,
    '配送速度' as aspect_name_zh, 'Delivery speed' as aspect_name_en, 25.0 as nps_before,
    20.0 as nps_after, -5.0 as nps_change, -12.0 as nps_change_low, 2.0 as nps_change_high,
    true as is_change_inside_noise, 40 as answers_before, 46 as answers_after,
    20 as complaints_before, 23 as complaints_after, -2.0 as mix_effect, -4.0 as mix_low,
    0.5 as mix_high, -3.0 as rate_effect, -8.0 as rate_low, 2.0 as rate_high,
    -5.0 as total_effect, -12.0 as total_low, 2.0 as total_high, true as is_inside_noise,
    false as is_small_sample;
create table marts_build.mart_breakpoint_impact (
    from_department_slug text, from_department_name_zh text, from_department_name_en text,
    to_department_slug text, to_department_name_zh text, to_department_name_en text,
    pair_label_zh text, pair_label_en text, feedback_count integer, other_feedback_count
    integer, net_sentiment_pct double precision, other_net_sentiment_pct double precision,
    impact_pct double precision, impact_low double precision, impact_high double precision,
    q_value double precision, is_inside_noise boolean, is_small_sample boolean, is_suppressed
    boolean
);
create table marts_build.mart_nps_transitions as
select
    'detractor' as from_group, to_group, 40 as solved_from_count, solved as solved_to_count,
    60 as untreated_from_count, untreated as untreated_to_count, 10 as untreated_case_count,
    25.0 as solved_share_pct, 14.0 as solved_low, 40.0 as solved_high,
    15.0 as untreated_share_pct, 8.0 as untreated_low, 26.0 as untreated_high,
    10.0 as difference, -5.0 as difference_low, 26.0 as difference_high,
    true as is_inside_noise, 9.0 as adjusted_difference, -6.0 as adjusted_low,
    24.0 as adjusted_high, false as is_small_sample, false as is_suppressed
from (values ('detractor', 20, 40), ('passive', 10, 11), ('promoter', 10, 9))
    as arrived (to_group, solved, untreated);
create table marts_build.mart_priority (
    topic_slug text, topic_name_zh text, topic_name_en text, level1_slug text, level1_name_zh
    text, level1_name_en text, priority_rank integer, rank_low integer, rank_high integer,
    complaint_count integer, customer_count integer, customers_per_month double precision,
    mean_intensity double precision, frequency_severity_score double precision, churn_risk_pct
    double precision, value_per_customer_cny double precision, expected_loss_cny double
    precision, expected_loss_low_cny double precision, expected_loss_high_cny double precision,
    improvement_count integer, fix_cost_cny double precision, expected_gain_cny double
    precision, loudest_share_pct double precision, is_small_sample boolean, is_suppressed
    boolean, observed_share_pct double precision, corrected_share_pct double precision,
    corrected_low_pct double precision, corrected_high_pct double precision, correction_slug
    text, is_misstated boolean, rates_level_slug text, observed_rank integer, fix_success_pct double precision,
    fix_judged_count integer, fix_worked_count integer, assumed_cost_cny double precision,
    expected_gain_low_cny double precision, expected_gain_high_cny double precision
);
create table marts_build.mart_topic_prevalence as
select
    'year' as scope_slug, date '2025-04-01' as period_start, 'all' as channel_slug,
    '全部' as channel_name_zh, 'All' as channel_name_en, 'complaint' as measure_slug,
    'refund' as topic_slug, '退款' as topic_name_zh, 'Refund' as topic_name_en,
    'service' as level1_slug, '服务' as level1_name_zh, 'Service' as level1_name_en,
    400 as feedback_count, 40 as topic_feedback_count, 10.0 as observed_share_pct,
    20.0 as corrected_share_pct, 15.0 as corrected_low_pct, 30.0 as corrected_high_pct,
    true as is_misstated, 'corrected' as correction_slug, 'level2' as rates_level_slug,
    50.0 as true_positive_rate_pct, 0.5 as false_positive_rate_pct, 12.3 as gold_documents,
    false as is_small_sample, false as is_suppressed;
create table marts_build.mart_experience_index as
select
    date '2026-03-01' as month, 'overall' as scene_slug, '整体' as scene_name_zh,
    'Overall' as scene_name_en, 0 as scene_order, 80 as vote_count, 70 as voter_count,
    100.0 as vote_share_pct, 60.0 as index_score, 55.0 as index_low, 65.0 as index_high,
    8.0 as feeling_points, -1.0 as effort_points, 3.0 as score_points,
    60 as previous_vote_count, 50.0 as previous_index_score, 10.0 as change_points,
    2.0 as change_low, 18.0 as change_high, false as is_inside_noise, 7.0 as own_points,
    3.0 as mix_points, true as is_newest_month, false as is_small_sample,
    false as is_suppressed;
create table marts_build.mart_avoidable_cost (
    topic_slug text, topic_name_zh text, topic_name_en text, department_slug text,
    department_name_zh text, department_name_en text, contact_count integer,
    repeat_contact_count integer, customer_count integer, repeat_share_pct double precision,
    repeat_share_low double precision, repeat_share_high double precision, contact_cost_cny
    double precision, repeat_cost_cny double precision, contact_cost_per_1000_orders_cny double
    precision, is_small_sample boolean, is_suppressed boolean
);
create table marts_build.mart_churn_nodes as
select
    'delivery' as touchpoint_slug, '配送' as touchpoint_name_zh,
    'Delivery' as touchpoint_name_en, 1000 as spell_count, 100 as churned_count,
    100 as exposed_count, 40 as exposed_churned_count, 40.0 as exposed_churn_pct,
    6.67 as other_churn_pct, 7.5 as hazard_ratio, 4.2 as hazard_low, 12.1 as hazard_high,
    33.3 as excess_churn_pct, 20.1 as excess_low, 45.9 as excess_high, 0.001 as q_value,
    true as is_churn_node, 25.0 as events_per_parameter;
create table marts_build.mart_opportunities (
    need_slug text, need_name_zh text, need_name_en text, touchpoint_slug text,
    touchpoint_name_zh text, touchpoint_name_en text, voter_count integer, feedback_count
    integer, suggestion_count integer, unmet_count integer, workaround_count integer, wish_count
    integer, importance_score double precision, satisfaction_score double precision,
    opportunity_score double precision, opportunity_low double precision, opportunity_high
    double precision, opportunity_class text, is_small_sample boolean, is_suppressed boolean
);
create table marts_build.mart_theme_cohort (
    quarter date, age_band text, topic_slug text, topic_name_zh text, topic_name_en text,
    level1_slug text, level1_name_zh text, customer_count integer, total_customer_count integer,
    share_pct double precision, share_low double precision, share_high double precision,
    young_verdict text, young_slope double precision, not_young_slope double precision,
    young_q_value double precision, senior_verdict text, senior_slope double precision,
    senior_q_value double precision, is_small_sample boolean, is_suppressed boolean
);
create table marts_build.mart_recovery_value as
select
    'ordinary' as comparison, 'repurchase_pct' as outcome, 60 as recovered_count,
    55 as recovered_customer_count, 900 as compared_count, 45.0 as recovered_mean,
    38.0 as compared_mean, 40.0 as expected_mean, 5.0 as difference, -2.0 as difference_low,
    12.0 as difference_high, true as is_inside_noise, 0.02 as imbalance;
create table marts_build.mart_agent_score (
    agent_key text, agent_id text, team_id text, team_name text, department_slug text,
    feedback_count integer, voice_weight double precision, raw_score double precision, score
    double precision, score_low double precision, score_high double precision, own_voices_pct
    double precision, mean_score double precision, score_rank integer, rank_low integer,
    rank_high integer, ranked_count integer, peer_rank integer, peer_rank_low integer,
    peer_rank_high integer, peer_count integer, is_inside_noise boolean, is_small_sample
    boolean, is_suppressed boolean
);
create table marts_build.mart_store_score (
    store_key text, store_id text, store_name text, city text, region text, feedback_count
    integer, voice_weight double precision, raw_score double precision, score double precision,
    score_low double precision, score_high double precision, own_voices_pct double precision,
    mean_score double precision, score_rank integer, rank_low integer, rank_high integer,
    ranked_count integer, peer_rank integer, peer_rank_low integer, peer_rank_high integer,
    peer_count integer, is_inside_noise boolean, is_small_sample boolean, is_suppressed boolean
);
create table marts_build.mart_benchmark (
    subject_slug text, is_us boolean, review_count integer, site_count integer, raw_score double
    precision, score double precision, score_low double precision, score_high double precision,
    index_value double precision, index_low double precision, index_high double precision,
    subject_rank integer, rank_low integer, rank_high integer, gap_to_us double precision,
    gap_to_leader double precision, is_inside_noise boolean, is_small_sample boolean,
    is_suppressed boolean
);
create table marts_build.mart_benchmark_aspect (
    subject_slug text, touchpoint_slug text, touchpoint_name_zh text, touchpoint_name_en text,
    touchpoint_order integer, review_count integer, our_review_count integer, net_sentiment_pct
    double precision, our_net_sentiment_pct double precision, gap_pct double precision, gap_low
    double precision, gap_high double precision, gap_to_leader_pct double precision, q_value
    double precision, is_inside_noise boolean, is_small_sample boolean, is_suppressed boolean
);
create table marts_build.mart_value_at_risk as
select
    'delivery' as touchpoint_slug, '配送' as touchpoint_name_zh,
    'Delivery' as touchpoint_name_en, 40 as customer_count, 90000.0 as spend_cny,
    2.0 as hazard_ratio, 20.0 as excess_churn_pct, 18000.0 as revenue_at_risk_cny,
    9000.0 as revenue_low, 27000.0 as revenue_high, false as is_inside_noise,
    1 as improvement_count, 4500.0 as improvement_cost_cny, 25.0 as break_even_reduction_pct,
    false as is_small_sample, false as is_suppressed;
create table marts_build.mart_dissatisfaction as
select
    'touchpoint' as dimension, 'delivery' as reason_slug, '配送' as reason_name_zh,
    'Delivery' as reason_name_en, 20 as reason_count, 60 as dissatisfied_count,
    200 as satisfied_count, 58.3 as effective_count, 33.3 as share_pct, 22.6 as share_low,
    46.1 as share_high, 4.0 as satisfied_share_pct, true as is_typical,
    false as is_small_sample, false as is_suppressed;
create table if not exists core.dim_customer (customer_key text);
insert into core.dim_customer (customer_key) values ('c1');
create table marts_build.mart_customer_360 as
select
    'c1' as customer_key, '华东' as region, 'family' as segment, 'gold' as member_tier,
    '25_34' as age_band, 2 as order_count, 1000.0 as spend_cny, 100.0 as spend_12m_cny,
    1 as spend_decile, date '2026-01-02' as last_order_date, 4 as feedback_count,
    3 as complaint_count, 3 as call_count, 9 as last_nps_score,
    'promoter' as last_nps_group, 2 as case_count, 1 as open_case_count,
    'fault' as top_issue_slug, false as is_public_voice, true as is_frequent_caller;
create table marts_build.mart_proactive_service as
select
    'c1' as customer_key, 'delivery' as touchpoint_slug, '配送' as touchpoint_name_zh,
    'Delivery' as touchpoint_name_en, 'logistics' as department_slug,
    '物流部' as department_name_zh, 'Logistics' as department_name_en, '华东' as region,
    'order' as last_event_slug, null::text as last_touchpoint_slug,
    date '2026-03-28' as last_event_date, 3 as days_since, '下单后 3 天' as reason_zh,
    '3 days after an order' as reason_en, 4.0 as probability_pct, 3.0 as probability_low,
    5.0 as probability_high, 1.0 as base_rate_pct, 4.0 as lift, 1000 as watched_count,
    1.2 as brier_skill_pct, 3.5 as top_tenth_lift, 1.25 as observed_per_expected,
    1000.0 as spend_12m_cny, 40.0 as spend_at_stake_cny, 4.0 as expected_loss_cny,
    '先告知' as action_zh, 'Tell first' as action_en, false as has_open_case,
    false as is_small_sample;
create table marts_build.mart_silence_risk as
select
    'c1' as customer_key, 'gone_quiet' as risk_kind, 'k1' as complaint_feedback_key,
    date '2026-01-05' as complained_date, 'delivery' as touchpoint_slug, '华东' as region,
    date '2026-01-05' as last_contact_date, 100 as silent_days, 3 as gap_count,
    30.0 as usual_gap_days, 30.0 as limit_days, 150.0 as spend_12m_cny;
