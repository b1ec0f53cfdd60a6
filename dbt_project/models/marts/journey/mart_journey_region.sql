-- Grain: one quarter, touchpoint and region in which somebody spoke of it, over all
-- channels; small ones pooled.
-- Touchpoints are pooled by month first, as in mart_journey_touchpoints: what a quarter
-- has of a touchpoint is what its months there have, so neither tells what the other
-- pools.
with months as (
    {{ pool_small_cells(
        ref('fct_touchpoint_month'), ['month'], ['touchpoint_slug'],
        voices='sum(scored_count)',
    ) }}
),

quarters as (
    select
        *,
        date_trunc('quarter', month)::date as quarter
    from months
),

placed as (
    {{ pool_small_cells(
        'quarters', ['quarter', 'shown_touchpoint_slug'], ['region'],
        voices='sum(scored_count)',
    ) }}
),

cells as (
    select
        quarter,
        shown_touchpoint_slug as touchpoint_slug,
        {{ pooled_name('shown_region', 'shown_region', 'zh') }} as region,
        sum(feedback_count)::integer as feedback_count,
        sum(unit_count)::integer as unit_count,
        {{ rounded('sum(positive_count)', 6) }} as positive_count,
        {{ rounded('sum(neutral_count)', 6) }} as neutral_count,
        {{ rounded('sum(negative_count)', 6) }} as negative_count,
        {{ rounded('sum(scored_count)', 6) }} as scored_count
    from placed
    group by quarter, shown_touchpoint_slug, shown_region
)

select
    cells.quarter,
    {{ pooled_touchpoint('cells', 'touchpoints') }},
    cells.region,
    cells.feedback_count,
    cells.unit_count,
    {{ shown('cells.positive_count', 'cells.scored_count') }} as positive_count,
    {{ shown('cells.neutral_count', 'cells.scored_count') }} as neutral_count,
    {{ shown('cells.negative_count', 'cells.scored_count') }} as negative_count,
    cells.scored_count,
    {{ net_sentiment_figures('cells', 'scored_count') }},
    {{ sample_flags('cells.scored_count') }}
from cells
left join {{ ref('dim_touchpoint') }} as touchpoints
    on cells.touchpoint_slug = touchpoints.touchpoint_slug
