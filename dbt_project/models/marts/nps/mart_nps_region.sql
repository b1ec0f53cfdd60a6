-- Grain: one month and region with NPS answers, over all surveys and channels; small
-- ones of a month pooled.
-- A table of its own: month, survey, channel and region together leave a handful of
-- answers a cell. The month is all that it has in common with mart_nps, so neither
-- tells what the other pools.
with responses as (
    select
        nps_group,
        {{ region_or_unknown('region') }} as region,
        {{ month_of('submitted_date') }} as month
    from {{ ref('fct_survey_response') }}
    where nps_score is not null
),

placed as (
    {{ pool_small_cells('responses', ['month'], ['region']) }}
),

cells as (
    select
        month,
        {{ pooled_name('shown_region', 'shown_region', 'zh') }} as region,
        count(*)::integer as response_count,
        count(*) filter (where nps_group = 'promoter')::integer as promoter_count,
        count(*) filter (where nps_group = 'passive')::integer as passive_count,
        count(*) filter (where nps_group = 'detractor')::integer as detractor_count
    from placed
    group by month, shown_region
)

select
    cells.month,
    cells.region,
    {{ nps_figures('cells') }}
from cells
