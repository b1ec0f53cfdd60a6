-- Grain: one month with at least one NPS answer, and what changed against the month
-- before.
with monthly as (
    select
        month,
        sum(response_count)::integer as response_count,
        sum(promoter_count)::integer as promoter_count,
        sum(passive_count)::integer as passive_count,
        sum(detractor_count)::integer as detractor_count
    from {{ ref('mart_nps') }}
    group by month
),

estimates as (
    select
        *,
        {{ shown(
            net_score('promoter_count', 'detractor_count', 'response_count'),
            'response_count',
        ) }} as nps,
        {{ shown(
            net_score_bound('promoter_count', 'detractor_count', 'response_count', 'low'),
            'response_count',
        ) }} as nps_low,
        {{ shown(
            net_score_bound('promoter_count', 'detractor_count', 'response_count', 'high'),
            'response_count',
        ) }} as nps_high,
        100
        * {{ net_score_error('promoter_count', 'detractor_count', 'response_count') }}
            as nps_error
    from monthly
),

changes as (
    select
        this_month.*,
        this_month.nps - month_before.nps as nps_change,
        -- two months are two samples: their errors add up in squares
        {{ z_95() }} * sqrt(
            power(this_month.nps_error, 2) + power(month_before.nps_error, 2)
        ) as change_margin
    from estimates as this_month
    left join estimates as month_before
        on this_month.month = (month_before.month + interval '1 month')::date
)

select
    month,
    response_count,
    {{ shown('promoter_count', 'response_count') }} as promoter_count,
    {{ shown('passive_count', 'response_count') }} as passive_count,
    {{ shown('detractor_count', 'response_count') }} as detractor_count,
    nps,
    nps_low,
    nps_high,
    round(nps_change::numeric, 2)::double precision as nps_change,
    round((nps_change - change_margin)::numeric, 2)::double precision as change_low,
    round((nps_change + change_margin)::numeric, 2)::double precision as change_high,
    abs(nps_change) <= change_margin as is_inside_noise,
    {{ sample_flags('response_count') }}
from changes
