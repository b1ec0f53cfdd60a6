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
    cells.touchpoint_slug,
    {{ pooled_name('cells.touchpoint_slug', 'touchpoints.touchpoint_name_zh', 'zh') }}
        as touchpoint_name_zh,
    {{ pooled_name('cells.touchpoint_slug', 'touchpoints.touchpoint_name_en', 'en') }}
        as touchpoint_name_en,
    -- the pool stands behind the journey
    coalesce(touchpoints.touchpoint_order, 99) as touchpoint_order,
    coalesce(touchpoints.stage_slug, 'pooled') as stage_slug,
    {{ pooled_name('cells.touchpoint_slug', 'touchpoints.stage_name_zh', 'zh') }}
        as stage_name_zh,
    {{ pooled_name('cells.touchpoint_slug', 'touchpoints.stage_name_en', 'en') }}
        as stage_name_en,
    coalesce(touchpoints.stage_order, 99) as stage_order,
    cells.region,
    cells.feedback_count,
    cells.unit_count,
    {{ shown('cells.positive_count', 'cells.scored_count') }} as positive_count,
    {{ shown('cells.neutral_count', 'cells.scored_count') }} as neutral_count,
    {{ shown('cells.negative_count', 'cells.scored_count') }} as negative_count,
    cells.scored_count,
    {{ shown(
        net_score('cells.positive_count', 'cells.negative_count', 'cells.scored_count'),
        'cells.scored_count',
    ) }} as net_sentiment_pct,
    {{ shown(
        net_score_bound(
            'cells.positive_count', 'cells.negative_count', 'cells.scored_count', 'low'
        ),
        'cells.scored_count',
    ) }} as net_sentiment_low,
    {{ shown(
        net_score_bound(
            'cells.positive_count', 'cells.negative_count', 'cells.scored_count', 'high'
        ),
        'cells.scored_count',
    ) }} as net_sentiment_high,
    {{ is_small_sample('cells.scored_count') }} as is_small_sample,
    {{ is_suppressed('cells.scored_count') }} as is_suppressed
from cells
left join {{ ref('dim_touchpoint') }} as touchpoints
    on cells.touchpoint_slug = touchpoints.touchpoint_slug
