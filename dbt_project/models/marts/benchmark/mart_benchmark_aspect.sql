-- Grain: one competitor and touchpoint of which public reviews of both sides speak.
with aspects as (
    select * from {{ source('stats', 'benchmark_aspect') }}
)

select
    aspects.subject_slug,
    aspects.touchpoint_slug,
    touchpoints.touchpoint_name_zh,
    touchpoints.touchpoint_name_en,
    touchpoints.touchpoint_order,
    aspects.review_count,
    aspects.our_review_count,
    round(aspects.net_sentiment::numeric, 2)::double precision as net_sentiment_pct,
    round(aspects.our_net_sentiment::numeric, 2)::double precision
        as our_net_sentiment_pct,
    round(aspects.gap::numeric, 2)::double precision as gap_pct,
    round(aspects.gap_low::numeric, 2)::double precision as gap_low,
    round(aspects.gap_high::numeric, 2)::double precision as gap_high,
    round(
        (
            aspects.net_sentiment
            - max(greatest(aspects.net_sentiment, aspects.our_net_sentiment)) over (
                partition by aspects.touchpoint_slug
            )
        )::numeric, 2
    )::double precision as gap_to_leader_pct,
    aspects.q_value,
    aspects.q_value >= 0.05 as is_inside_noise,
    {{ is_small_sample('least(aspects.review_count, aspects.our_review_count)') }}
        as is_small_sample,
    {{ is_suppressed('least(aspects.review_count, aspects.our_review_count)') }}
        as is_suppressed
from aspects
inner join {{ ref('dim_touchpoint') }} as touchpoints
    on aspects.touchpoint_slug = touchpoints.touchpoint_slug
