-- Grain: one month, measure (csat or ces), survey and channel with an answer; small
-- ones of a month and measure pooled.
with answers as (
    select
        responses.survey_slug,
        responses.channel_slug,
        measures.measure_slug,
        measures.score,
        measures.score >= measures.content_from as is_content,
        measures.score <= measures.discontent_to as is_discontent,
        {{ month_of('responses.submitted_date') }} as month
    from {{ ref('fct_survey_response') }} as responses
    -- top two of five boxes; top three of seven, the fourth is neither easy nor hard
    cross join
        lateral (
            values
            ('csat', responses.csat_score, 4, 2),
            ('ces', responses.ces_score, 5, 3)
        ) as measures (measure_slug, score, content_from, discontent_to)
    where measures.score is not null
),

placed as (
    {{ pool_small_cells(
        'answers', ['month', 'measure_slug'], ['survey_slug', 'channel_slug']
    ) }}
),

cells as (
    select
        month,
        measure_slug,
        shown_survey_slug as survey_slug,
        shown_channel_slug as channel_slug,
        count(*)::integer as response_count,
        count(*) filter (where is_content)::integer as content_count,
        count(*) filter (where is_discontent)::integer as discontent_count,
        sum(score)::double precision as score_sum
    from placed
    group by month, measure_slug, shown_survey_slug, shown_channel_slug
)

select
    cells.month,
    cells.measure_slug,
    cells.survey_slug,
    cells.channel_slug,
    {{ pooled_name('cells.channel_slug', 'channels.channel_name_zh', 'zh') }}
        as channel_name_zh,
    {{ pooled_name('cells.channel_slug', 'channels.channel_name_en', 'en') }}
        as channel_name_en,
    cells.response_count,
    {{ shown('cells.content_count', 'cells.response_count') }} as content_count,
    {{ shown('cells.discontent_count', 'cells.response_count') }} as discontent_count,
    {{ shown('cells.score_sum', 'cells.response_count') }} as score_sum,
    {{ share_figures('cells.content_count', 'cells.response_count', stem='content') }},
    {{ sample_flags('cells.response_count') }}
from cells
left join {{ ref('dim_channel') }} as channels
    on cells.channel_slug = channels.channel_slug
