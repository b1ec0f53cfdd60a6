-- Positive, neutral and negative voices are not the voices that the score rests on.
with cells as (
    select
        month as period,
        touchpoint_slug,
        channel_slug as place,
        feedback_count,
        positive_count + neutral_count + negative_count as voice_count,
        scored_count
    from {{ ref('mart_journey_touchpoints') }}
    union all
    select
        quarter as period,
        touchpoint_slug,
        region as place,
        feedback_count,
        positive_count + neutral_count + negative_count as voice_count,
        scored_count
    from {{ ref('mart_journey_region') }}
)

select
    period,
    touchpoint_slug,
    place
from cells
where
    abs(voice_count - scored_count) > 0.001
    or scored_count > feedback_count + 0.001
