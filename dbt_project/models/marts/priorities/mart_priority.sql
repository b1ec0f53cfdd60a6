-- Grain: one topic with complaints in the last 12 months, and its place in the list.
with priorities as (
    select * from {{ source('stats', 'priority') }}
),

-- what fixing it cost before, as far as the register of improvements knows
fixes as (
    select
        topic_slug,
        count(*)::integer as improvement_count,
        avg(cost_cny)::double precision as fix_cost_cny
    from {{ ref('fct_improvement') }}
    where topic_slug is not null
    group by topic_slug
)

select
    priorities.topic_slug,
    topics.topic_name_zh,
    topics.topic_name_en,
    topics.level1_slug,
    topics.level1_name_zh,
    topics.level1_name_en,
    priorities.priority_rank,
    {{ shown('priorities.rank_low', 'priorities.customer_count') }} as rank_low,
    {{ shown('priorities.rank_high', 'priorities.customer_count') }} as rank_high,
    priorities.complaint_count,
    priorities.customer_count,
    round((priorities.customer_month_weight / 12)::numeric, 2)::double precision
        as customers_per_month,
    {{ shown(
        rounded('100 * priorities.observed_share', 3), 'priorities.customer_count'
    ) }} as observed_share_pct,
    {{ shown(
        rounded('100 * priorities.corrected_share', 3), 'priorities.customer_count'
    ) }} as corrected_share_pct,
    {{ shown(
        rounded('100 * priorities.corrected_low', 3), 'priorities.customer_count'
    ) }} as corrected_low_pct,
    {{ shown(
        rounded('100 * priorities.corrected_high', 3), 'priorities.customer_count'
    ) }} as corrected_high_pct,
    {{ shown('priorities.is_misstated', 'priorities.customer_count') }} as is_misstated,
    priorities.correction as correction_slug,
    priorities.rates_level as rates_level_slug,
    {{ shown(
        'priorities.observed_rank', 'priorities.customer_count'
    ) }} as observed_rank,
    {{ shown(
        'round(priorities.mean_intensity::numeric, 2)::double precision',
        'priorities.customer_count',
    ) }} as mean_intensity,
    {{ shown(
        'round(priorities.frequency_severity::numeric, 2)::double precision',
        'priorities.customer_count',
    ) }} as frequency_severity_score,
    {{ shown(
        'round((100 * priorities.churn_risk)::numeric, 2)::double precision',
        'priorities.customer_count',
    ) }} as churn_risk_pct,
    {{ shown(
        'round(priorities.value_per_customer_cny::numeric, 2)::double precision',
        'priorities.customer_count',
    ) }} as value_per_customer_cny,
    {{ shown(
        'round(priorities.expected_loss_cny::numeric, 2)::double precision',
        'priorities.customer_count',
    ) }} as expected_loss_cny,
    {{ shown(
        'round(priorities.expected_loss_low_cny::numeric, 2)::double precision',
        'priorities.customer_count',
    ) }} as expected_loss_low_cny,
    {{ shown(
        'round(priorities.expected_loss_high_cny::numeric, 2)::double precision',
        'priorities.customer_count',
    ) }} as expected_loss_high_cny,
    coalesce(fixes.improvement_count, 0) as improvement_count,
    fixes.fix_cost_cny,
    {{ rounded('100 * priorities.fix_success') }} as fix_success_pct,
    priorities.fix_judged_count,
    priorities.fix_worked_count,
    {{ rounded('priorities.assumed_cost_cny') }} as assumed_cost_cny,
    {{ shown(rounded('priorities.expected_gain_cny'), 'priorities.customer_count') }}
        as expected_gain_cny,
    {{ shown(
        rounded('priorities.expected_gain_low_cny'), 'priorities.customer_count'
    ) }} as expected_gain_low_cny,
    {{ shown(
        rounded('priorities.expected_gain_high_cny'), 'priorities.customer_count'
    ) }} as expected_gain_high_cny,
    {{ shown(
        'round((100 * priorities.loudest_share)::numeric, 2)::double precision',
        'priorities.customer_count',
    ) }} as loudest_share_pct,
    {{ sample_flags('priorities.customer_count') }}
from priorities
inner join {{ ref('dim_topic') }} as topics
    on priorities.topic_slug = topics.topic_slug
left join fixes
    on priorities.topic_slug = fixes.topic_slug
