-- Grain: one touchpoint, over the last 12 months: where the journey shines, where it
-- hurts.
with periods as (
    select * from {{ ref('dim_reporting_period') }}
    where period_slug = 'last_12_months'
),

cells as (
    select monthly.*
    from {{ ref('fct_touchpoint_month') }} as monthly
    inner join periods
        on monthly.month between periods.first_month and periods.last_month
),

touchpoint_votes as (
    select
        touchpoint_slug,
        sum(feedback_count)::integer as feedback_count,
        sum(unit_count)::integer as unit_count,
        {{ rounded('sum(positive_count)', 6) }} as positive_count,
        {{ rounded('sum(negative_count)', 6) }} as negative_count,
        {{ rounded('sum(positive_count + neutral_count + negative_count)', 6) }}
            as voice_count
    from cells
    group by touchpoint_slug
),

-- every touchpoint of the journey has its row: one of which nobody speaks is news as
-- well
votes as (
    select
        touchpoints.touchpoint_slug,
        coalesce(touchpoint_votes.feedback_count, 0) as feedback_count,
        coalesce(touchpoint_votes.unit_count, 0) as unit_count,
        coalesce(touchpoint_votes.positive_count, 0) as positive_count,
        coalesce(touchpoint_votes.negative_count, 0) as negative_count,
        coalesce(touchpoint_votes.voice_count, 0) as voice_count
    from {{ ref('dim_touchpoint') }} as touchpoints
    left join touchpoint_votes
        on touchpoints.touchpoint_slug = touchpoint_votes.touchpoint_slug
),

-- the rest of the journey, without the touchpoint itself: two samples that share
-- nobody's
-- vote twice
contrasts as (
    select
        *,
        sum(positive_count) over () - positive_count as rest_positive_count,
        sum(negative_count) over () - negative_count as rest_negative_count,
        sum(voice_count) over () - voice_count as rest_voice_count
    from votes
),

measured as (
    select
        *,
        {{ net_score_centre('positive_count', 'negative_count', 'voice_count') }}
        - {{ net_score_centre(
            'rest_positive_count', 'rest_negative_count', 'rest_voice_count'
        ) }} as difference,
        {{ net_score_error('positive_count', 'negative_count', 'voice_count') }}
            as own_error,
        {{ net_score_error(
            'rest_positive_count', 'rest_negative_count', 'rest_voice_count'
        ) }} as rest_error
    from contrasts
),

tests as (
    select
        *,
        case
            when not {{ is_small_sample('voice_count') }} and rest_voice_count > 0
                then {{ difference_p_value('difference', 'own_error', 'rest_error') }}
        end as p_value
    from measured
),

-- Benjamini and Hochberg (1995): the smallest share of false flags at which this one is
-- kept
ranked as (
    select
        *,
        count(p_value) over (
            order by p_value asc nulls last
            range between unbounded preceding and current row
        ) as p_rank,
        count(p_value) over () as test_count
    from tests
),

judged as (
    select
        *,
        case
            when p_value is not null
                then
                    least(
                        min(p_value * test_count / p_rank) over (
                            order by p_value desc nulls first
                            range between unbounded preceding and current row
                        ),
                        1
                    )
        end as q_value
    from ranked
),

need_votes as (
    select
        units.touchpoint_slug,
        units.need_slug,
        row_number() over (
            partition by units.touchpoint_slug
            order by count(distinct units.feedback_key) desc, units.need_slug asc
        ) as need_rank
    from {{ ref('fct_opinion_unit') }} as units
    inner join periods
        on units.occurred_date between periods.first_month and periods.last_date
    where
        units.subject_slug = 'us'
        and units.is_relevant
        and units.need_slug is not null
    group by units.touchpoint_slug, units.need_slug
),

needs as (
    select * from {{ ref('label_values') }}
    where vocabulary = 'need_slug'
),

churn_nodes as (
    select * from {{ ref('mart_churn_nodes') }}
)

select
    touchpoints.touchpoint_slug,
    touchpoints.touchpoint_name_zh,
    touchpoints.touchpoint_name_en,
    touchpoints.touchpoint_order,
    touchpoints.stage_slug,
    touchpoints.stage_name_zh,
    touchpoints.stage_name_en,
    touchpoints.stage_order,
    judged.feedback_count,
    judged.unit_count,
    {{ net_sentiment_figures('judged', 'voice_count') }},
    {{ net_score(
        'sum(judged.positive_count) over ()',
        'sum(judged.negative_count) over ()',
        'sum(judged.voice_count) over ()',
    ) }} as journey_net_sentiment_pct,
    round(judged.p_value::numeric, 6)::double precision as p_value,
    round(judged.q_value::numeric, 6)::double precision as q_value,
    case
        when judged.q_value < 0.05 and judged.difference > 0 then 'highlight'
        when judged.q_value < 0.05 and judged.difference < 0 then 'low'
        else 'normal'
    end as flag_slug,
    need_votes.need_slug as top_need_slug,
    needs.name_zh as top_need_name_zh,
    needs.name_en as top_need_name_en,
    churn_nodes.hazard_ratio as churn_hazard_ratio,
    churn_nodes.hazard_low as churn_hazard_low,
    churn_nodes.hazard_high as churn_hazard_high,
    coalesce(churn_nodes.is_churn_node, false) as is_churn_node,
    {{ sample_flags('judged.voice_count') }}
from judged
inner join {{ ref('dim_touchpoint') }} as touchpoints
    on judged.touchpoint_slug = touchpoints.touchpoint_slug
left join need_votes
    on
        judged.touchpoint_slug = need_votes.touchpoint_slug
        and need_votes.need_rank = 1
left join needs
    on need_votes.need_slug = needs.slug
left join churn_nodes
    on judged.touchpoint_slug = churn_nodes.touchpoint_slug
