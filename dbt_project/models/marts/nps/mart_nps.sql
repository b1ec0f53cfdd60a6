-- Grain: one month, survey, channel and region with at least one NPS answer.
with responses as (
    select
        survey_slug,
        channel_slug,
        nps_group,
        {{ region_or_unknown('region') }} as region,
        {{ month_of('submitted_date') }} as month
    from {{ ref('fct_survey_response') }}
    where nps_score is not null
),

cells as (
    select
        month,
        survey_slug,
        channel_slug,
        region,
        count(*)::integer as response_count,
        count(*) filter (where nps_group = 'promoter')::integer as promoter_count,
        count(*) filter (where nps_group = 'passive')::integer as passive_count,
        count(*) filter (where nps_group = 'detractor')::integer as detractor_count
    from responses
    group by month, survey_slug, channel_slug, region
)

select
    cells.month,
    cells.survey_slug,
    cells.channel_slug,
    channels.channel_name_zh,
    channels.channel_name_en,
    cells.region,
    cells.response_count,
    cells.promoter_count,
    cells.passive_count,
    cells.detractor_count,
    {{ shown(
        net_score('cells.promoter_count', 'cells.detractor_count', 'cells.response_count'),
        'cells.response_count',
    ) }} as nps,
    {{ shown(
        net_score_bound(
            'cells.promoter_count', 'cells.detractor_count', 'cells.response_count', 'low'
        ),
        'cells.response_count',
    ) }} as nps_low,
    {{ shown(
        net_score_bound(
            'cells.promoter_count', 'cells.detractor_count', 'cells.response_count', 'high'
        ),
        'cells.response_count',
    ) }} as nps_high,
    {{ is_small_sample('cells.response_count') }} as is_small_sample,
    {{ is_suppressed('cells.response_count') }} as is_suppressed
from cells
inner join {{ ref('dim_channel') }} as channels
    on cells.channel_slug = channels.channel_slug
