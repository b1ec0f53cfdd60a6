-- Grain: one month and topic: its share of voice, one vote per customer, topic and
-- month; copies of one text weigh as one vote together.
with months as (
    select
        month,
        sum(feedback_count)::integer as total_feedback_count,
        sum(voter_count)::integer as total_voter_count,
        {{ rounded('sum(voice_count)', 6) }} as total_voice_count
    from {{ ref('fct_topic_month') }}
    where topic_slug = 'all'
    group by month
),

mentions as (
    select
        month,
        topic_slug,
        sum(feedback_count)::integer as feedback_count,
        sum(voter_count)::integer as voter_count,
        {{ rounded('sum(voice_count)', 6) }} as voice_count,
        sum(unit_count)::integer as unit_count,
        sum(negative_count)::integer as negative_count,
        {{ rounded('sum(positive_weight)', 6) }} as positive_weight,
        {{ rounded('sum(negative_weight)', 6) }} as negative_weight,
        {{ rounded('sum(leaning_weight)', 6) }} as leaning_weight
    from {{ ref('fct_topic_month') }}
    where topic_slug <> 'all'
    group by month, topic_slug
),

-- a month in which nobody names a topic is a zero on its line, not a gap
spoken_topics as (
    select distinct topic_slug from mentions
),

cells as (
    select
        months.month,
        spoken_topics.topic_slug,
        months.total_feedback_count,
        months.total_voter_count,
        months.total_voice_count,
        coalesce(mentions.feedback_count, 0) as feedback_count,
        coalesce(mentions.voter_count, 0) as voter_count,
        coalesce(mentions.voice_count, 0) as voice_count,
        coalesce(mentions.unit_count, 0) as unit_count,
        coalesce(mentions.negative_count, 0) as negative_count,
        coalesce(mentions.positive_weight, 0) as positive_weight,
        coalesce(mentions.negative_weight, 0) as negative_weight,
        coalesce(mentions.leaning_weight, 0) as leaning_weight
    from months
    cross join spoken_topics
    left join mentions
        on
            months.month = mentions.month
            and spoken_topics.topic_slug = mentions.topic_slug
),

-- the size of the movement orders the topics; whether it is proven stands beside it
ranked_trends as (
    select
        topic_slug,
        trend,
        sen_slope_per_year,
        q_value,
        (
            row_number() over (
                order by abs(sen_slope_per_year) desc nulls last, topic_slug asc
            )
        )::integer as movement_rank
    from {{ source('stats', 'theme_trend') }}
    where trend is not null
)

select
    cells.month,
    cells.topic_slug,
    topics.topic_name_zh,
    topics.topic_name_en,
    topics.level1_slug,
    topics.level1_name_zh,
    topics.level1_name_en,
    topics.level2_slug,
    topics.level2_name_zh,
    topics.level2_name_en,
    {{ shown('cells.feedback_count', 'cells.total_voice_count') }} as feedback_count,
    cells.unit_count,
    {{ shown('cells.voter_count', 'cells.total_voice_count') }} as voter_count,
    {{ shown('cells.voice_count', 'cells.total_voice_count') }} as voice_count,
    cells.total_feedback_count,
    cells.total_voter_count,
    cells.total_voice_count,
    {{ share_figures('cells.voice_count', 'cells.total_voice_count') }},
    {{ shown(
        net_score('cells.positive_weight', 'cells.negative_weight', 'cells.leaning_weight'),
        'least(cells.leaning_weight, cells.total_voice_count)',
    ) }} as net_sentiment_pct,
    {{ shown(
        'cells.negative_count', 'least(cells.feedback_count, cells.total_voice_count)'
    ) }} as negative_count,
    trends.trend,
    round((100 * trends.sen_slope_per_year)::numeric, 3)::double precision
        as sen_slope_pct_per_year,
    trends.q_value,
    trends.movement_rank,
    {{ sample_flags('cells.total_voice_count') }}
from cells
inner join {{ ref('dim_topic') }} as topics
    on cells.topic_slug = topics.topic_slug
left join ranked_trends as trends
    on cells.topic_slug = trends.topic_slug
