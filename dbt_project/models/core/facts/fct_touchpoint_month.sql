-- Grain: one month, touchpoint, channel and region in which somebody spoke of it.
-- Cells are too small to publish: marts pool them (pool_small_cells).
-- Incremental: a night makes those cells anew in which a unit came, went or says
-- something else, see note_changed_units().
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    meta={'follows': ['fct_opinion_unit']},
    pre_hook="{{ begin_month_cells(
        'unit_cell', ['touchpoint_slug', 'channel_slug', 'region']
    ) }}",
    post_hook="{{ save_progress(follows=['unit_cell']) }}",
) }}

with facts as (
    select
        feedback_key,
        touchpoint_slug,
        channel_slug,
        sentiment_label,
        sentiment_score,
        intensity,
        dedup_weight,
        occurred_date,
        {{ region_or_unknown('region') }} as region,
        {{ month_of('occurred_date') }} as month
    from {{ ref('fct_opinion_unit') }}
    where {{ is_at_touchpoint() }}
),

units as (
    select * from facts
    where {{ only_redone('facts', 'redone_cell_day', {
        'occurred_date': 'occurred_date',
        'touchpoint_slug': 'touchpoint_slug',
        'channel_slug': 'channel_slug',
        'region': 'region',
    }, through_views=false) }}
),

-- one vote per feedback and touchpoint: three sentences about one delivery are one
-- opinion, and copies of one text are one together
opinions as (
    select
        month,
        touchpoint_slug,
        channel_slug,
        region,
        feedback_key,
        count(*) as unit_count,
        avg(sentiment_score) as sentiment_score,
        sum(intensity) as intensity_sum,
        count(intensity) as intensity_count,
        max(dedup_weight) as weight,
        sum(dedup_weight) as weighted_unit_count,
        sign(
            sum((sentiment_label = 'positive')::integer)
            - sum((sentiment_label = 'negative')::integer)
        ) as leaning
    from units
    group by month, touchpoint_slug, channel_slug, region, feedback_key
),

sums as (
    select
        month,
        touchpoint_slug,
        channel_slug,
        region,
        count(*)::integer as feedback_count,
        sum(unit_count)::integer as unit_count,
        -- rounded: the order in which fractions are added is not the same every night
        {{ rounded('coalesce(sum(weight) filter (where leaning > 0), 0)', 6) }}
            as positive_count,
        {{ rounded('coalesce(sum(weight) filter (where leaning = 0), 0)', 6) }}
            as neutral_count,
        {{ rounded('coalesce(sum(weight) filter (where leaning < 0), 0)', 6) }}
            as negative_count,
        {{ rounded('coalesce(sum(weight * sentiment_score), 0)', 6) }}
            as sentiment_score_sum,
        coalesce(sum(intensity_sum), 0)::double precision as intensity_sum,
        sum(intensity_count)::integer as intensity_count,
        round(sum(weighted_unit_count)::numeric, 6)::double precision
            as weighted_unit_count
    from opinions
    group by month, touchpoint_slug, channel_slug, region
)

select
    *,
    positive_count + neutral_count + negative_count as scored_count
from sums
