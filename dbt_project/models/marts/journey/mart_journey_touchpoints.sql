-- Grain: one month, touchpoint and channel in which somebody spoke of it; small ones
-- of a month pooled.
with placed as (
    {{ pool_small_cells(
        ref('fct_touchpoint_month'), ['month'], ['touchpoint_slug', 'channel_slug'],
        voices='sum(scored_count)',
    ) }}
),

cells as (
    select
        month,
        shown_touchpoint_slug as touchpoint_slug,
        shown_channel_slug as channel_slug,
        sum(feedback_count)::integer as feedback_count,
        sum(unit_count)::integer as unit_count,
        {{ rounded('sum(positive_count)', 6) }} as positive_count,
        {{ rounded('sum(neutral_count)', 6) }} as neutral_count,
        {{ rounded('sum(negative_count)', 6) }} as negative_count,
        {{ rounded('sum(scored_count)', 6) }} as scored_count,
        {{ rounded('sum(sentiment_score_sum)', 6) }} as sentiment_score_sum,
        sum(intensity_sum) as intensity_sum,
        sum(intensity_count)::integer as intensity_count,
        {{ rounded('sum(weighted_unit_count)', 6) }} as weighted_unit_count
    from placed
    group by month, shown_touchpoint_slug, shown_channel_slug
)

select
    cells.month,
    {{ pooled_touchpoint('cells', 'touchpoints') }},
    cells.channel_slug,
    {{ pooled_name('cells.channel_slug', 'channels.channel_name_zh', 'zh') }}
        as channel_name_zh,
    {{ pooled_name('cells.channel_slug', 'channels.channel_name_en', 'en') }}
        as channel_name_en,
    cells.feedback_count,
    cells.unit_count,
    {{ shown('cells.positive_count', 'cells.scored_count') }} as positive_count,
    {{ shown('cells.neutral_count', 'cells.scored_count') }} as neutral_count,
    {{ shown('cells.negative_count', 'cells.scored_count') }} as negative_count,
    cells.scored_count,
    {{ shown('cells.sentiment_score_sum', 'cells.scored_count') }}
        as sentiment_score_sum,
    {{ shown(
        'cells.intensity_sum', 'least(cells.scored_count, cells.intensity_count)'
    ) }} as intensity_sum,
    {{ shown(
        'cells.intensity_count', 'least(cells.scored_count, cells.intensity_count)'
    ) }} as intensity_count,
    cells.weighted_unit_count,
    {{ net_sentiment_figures('cells', 'scored_count') }},
    {{ sample_flags('cells.scored_count') }}
from cells
left join {{ ref('dim_touchpoint') }} as touchpoints
    on cells.touchpoint_slug = touchpoints.touchpoint_slug
left join {{ ref('dim_channel') }} as channels
    on cells.channel_slug = channels.channel_slug
