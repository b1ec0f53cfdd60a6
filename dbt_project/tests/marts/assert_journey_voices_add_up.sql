-- Positive, neutral and negative voices are not the voices that the score rests on.
select
    month,
    touchpoint_slug,
    channel_slug,
    region
from {{ ref('mart_journey_touchpoints') }}
where
    abs(positive_count + neutral_count + negative_count - scored_count) > 0.001
    or scored_count > feedback_count + 0.001
