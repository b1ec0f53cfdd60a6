-- Grain: one month, survey and channel with NPS answers; small ones of a month pooled.
with responses as (
    select
        survey_slug,
        channel_slug,
        nps_group,
        {{ month_of('submitted_date') }} as month
    from {{ ref('fct_survey_response') }}
    where nps_score is not null
),

placed as (
    {{ pool_small_cells('responses', ['month'], ['survey_slug', 'channel_slug']) }}
),

cells as (
    select
        month,
        shown_survey_slug as survey_slug,
        shown_channel_slug as channel_slug,
        count(*)::integer as response_count,
        count(*) filter (where nps_group = 'promoter')::integer as promoter_count,
        count(*) filter (where nps_group = 'passive')::integer as passive_count,
        count(*) filter (where nps_group = 'detractor')::integer as detractor_count
    from placed
    group by month, shown_survey_slug, shown_channel_slug
)

select
    cells.month,
    cells.survey_slug,
    cells.channel_slug,
    {{ pooled_name('cells.channel_slug', 'channels.channel_name_zh', 'zh') }}
        as channel_name_zh,
    {{ pooled_name('cells.channel_slug', 'channels.channel_name_en', 'en') }}
        as channel_name_en,
    {{ nps_figures('cells') }}
from cells
left join {{ ref('dim_channel') }} as channels
    on cells.channel_slug = channels.channel_slug
