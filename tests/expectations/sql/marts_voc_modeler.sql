create table core.fct_opinion_unit (
    feedback_key text, touchpoint_slug text, topic_slug text, is_relevant boolean,
    subject_slug text
);
create table core.fct_survey_response (feedback_key text, nps_score smallint);
insert into core.fct_opinion_unit values ('k1', 'delivery', 'delivery_speed', true, 'us');
insert into core.fct_survey_response values ('k2', 9);

create table marts_build.mart_journey_touchpoints as
select
    date '2026-01-01' as month, 'delivery' as touchpoint_slug, '配送' as touchpoint_name_zh,
    'Delivery' as touchpoint_name_en, 1 as touchpoint_order, 'deliver' as stage_slug,
    '配送' as stage_name_zh, 'Deliver' as stage_name_en, 1 as stage_order,
    'review' as channel_slug, '点评' as channel_name_zh, '华东' as region,
    10 as feedback_count, 12 as unit_count, 4 as positive_count, 3 as neutral_count,
    3 as negative_count, 12 as scored_count, 5.0 as sentiment_score_sum, 20 as intensity_sum,
    12 as intensity_count, 11.5 as weighted_unit_count, 10.0 as net_sentiment_pct,
    -40.0 as net_sentiment_low, 55.0 as net_sentiment_high,
    true as is_small_sample, false as is_suppressed;
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
    '问卷' as channel_name_zh, '华东' as region, 40 as response_count, 20 as promoter_count,
    10 as passive_count, 10 as detractor_count, 25.0 as nps, -1.0 as nps_low, 48.0 as nps_high,
    false as is_small_sample, false as is_suppressed;
create table marts_build.mart_nps_monthly as
select
    date '2026-01-01' as month, 40 as response_count, 20 as promoter_count, 10 as passive_count,
    10 as detractor_count, 25.0 as nps, -1.0 as nps_low, 48.0 as nps_high, 3.0 as nps_change,
    -10.0 as change_low, 16.0 as change_high, true as is_inside_noise,
    false as is_small_sample, false as is_suppressed;
create table marts_build.mart_theme_trend as
select
    date '2026-01-01' as month, 'delivery_speed' as topic_slug, '配送速度' as topic_name_zh,
    'Delivery speed' as topic_name_en, 'delivery' as level1_slug, '配送' as level1_name_zh,
    'speed' as level2_slug, '速度' as level2_name_zh, 10 as feedback_count, 12 as unit_count,
    50 as total_feedback_count, 20.0 as share_pct, 11.0 as share_low, 33.0 as share_high,
    -10.0 as net_sentiment_pct, 4 as negative_count, 'no_trend' as trend,
    0.5 as sen_slope_pct_per_year, 0.7 as q_value, false as is_small_sample,
    false as is_suppressed;
create table marts_build.mart_emerging_topics as
select
    date '2026-01-05' as week, '2026-w02-abc123' as candidate_id, 'rising' as kind,
    '滤芯 · 漏水' as label, '滤芯, 漏水' as terms, date '2026-01-05' as first_week,
    1 as weeks_seen, true as is_newest_week, 20 as unit_count, 18 as voter_count,
    200 as window_voter_count, 0 as background_voter_count, 9.0 as share_pct, 5.8 as share_low,
    13.8 as share_high, null::double precision as rise, 12.0 as rise_low,
    null::double precision as rise_high, -50.0 as net_sentiment_pct, '滤芯漏水' as examples,
    null::text as adopted_topic_name_zh, true as is_small_sample, false as is_suppressed;
