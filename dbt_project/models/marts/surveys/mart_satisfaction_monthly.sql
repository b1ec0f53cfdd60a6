-- Grain: one month and measure (csat or ces) with at least one answer, and what changed
-- against the month before.
with monthly as (
    select
        month,
        measure_slug,
        sum(response_count)::integer as response_count,
        sum(content_count)::integer as content_count,
        sum(discontent_count)::integer as discontent_count,
        sum(score_sum) as score_sum
    from {{ ref('mart_satisfaction') }}
    group by month, measure_slug
),

estimates as (
    select
        *,
        {{ shown(
            'round((score_sum / response_count)::numeric, 3)::double precision',
            'response_count',
        ) }} as mean_score,
        {{ share_figures('content_count', 'response_count', stem='content') }}
    from monthly
),

changes as (
    select
        this_month.*,
        round((this_month.content_pct - month_before.content_pct)::numeric, 2)
        ::double precision as content_change,
        {{ share_change_bound(
            'this_month', 'month_before', 'content_pct', 'content_low', 'content_high', 'low'
        ) }} as change_low,
        {{ share_change_bound(
            'this_month', 'month_before', 'content_pct', 'content_low', 'content_high',
            'high'
        ) }} as change_high
    from estimates as this_month
    left join estimates as month_before
        on
            this_month.measure_slug = month_before.measure_slug
            and this_month.month = (month_before.month + interval '1 month')::date
)

select
    month,
    measure_slug,
    response_count,
    {{ shown('content_count', 'response_count') }} as content_count,
    {{ shown('discontent_count', 'response_count') }} as discontent_count,
    mean_score,
    content_pct,
    content_low,
    content_high,
    content_change,
    change_low,
    change_high,
    {{ holds_zero('change_low', 'change_high') }} as is_inside_noise,
    {{ sample_flags('response_count') }}
from changes
