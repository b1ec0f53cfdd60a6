-- Grain: one month and topic: its share of voice, one vote per customer, topic and
-- month.
with feedback as (
    select
        feedback.feedback_key,
        {{ voter_key('feedback') }} as voter_key,
        {{ month_of('feedback.occurred_date') }} as month
    from {{ ref('fct_feedback') }} as feedback
    where
        feedback.subject_slug = 'us'
        and feedback.is_relevant
        and feedback.unit_count > 0
),

months as (
    select
        month,
        count(*)::integer as total_feedback_count,
        count(distinct voter_key)::integer as total_voter_count
    from feedback
    group by month
),

-- one opinion per feedback and topic
opinions as (
    select
        feedback.month,
        feedback.voter_key,
        units.topic_slug,
        units.feedback_key,
        count(*) as unit_count,
        sign(
            sum((units.sentiment_label = 'positive')::integer)
            - sum((units.sentiment_label = 'negative')::integer)
        ) as leaning
    from {{ ref('fct_opinion_unit') }} as units
    inner join feedback
        on units.feedback_key = feedback.feedback_key
    where units.topic_slug is not null
    group by feedback.month, feedback.voter_key, units.topic_slug, units.feedback_key
),

mentions as (
    select
        month,
        topic_slug,
        count(*)::integer as feedback_count,
        count(distinct voter_key)::integer as voter_count,
        sum(unit_count)::integer as unit_count,
        count(*) filter (where leaning > 0)::integer as positive_count,
        count(*) filter (where leaning < 0)::integer as negative_count,
        count(leaning)::integer as voice_count
    from opinions
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
        coalesce(mentions.feedback_count, 0) as feedback_count,
        coalesce(mentions.voter_count, 0) as voter_count,
        coalesce(mentions.unit_count, 0) as unit_count,
        coalesce(mentions.positive_count, 0) as positive_count,
        coalesce(mentions.negative_count, 0) as negative_count,
        coalesce(mentions.voice_count, 0) as voice_count
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
    cells.feedback_count,
    cells.unit_count,
    cells.voter_count,
    cells.total_feedback_count,
    cells.total_voter_count,
    {{ shown(
        'round(100.0 * cells.voter_count / cells.total_voter_count, 3)::double precision',
        'cells.total_voter_count',
    ) }} as share_pct,
    {{ shown(
        wilson_bound('cells.voter_count', 'cells.total_voter_count', 'low'),
        'cells.total_voter_count',
    ) }} as share_low,
    {{ shown(
        wilson_bound('cells.voter_count', 'cells.total_voter_count', 'high'),
        'cells.total_voter_count',
    ) }} as share_high,
    {{ shown(
        net_score('cells.positive_count', 'cells.negative_count', 'cells.voice_count'),
        'least(cells.voice_count, cells.total_voter_count)',
    ) }} as net_sentiment_pct,
    cells.negative_count,
    trends.trend,
    round((100 * trends.sen_slope_per_year)::numeric, 3)::double precision
        as sen_slope_pct_per_year,
    trends.q_value,
    trends.movement_rank,
    {{ is_small_sample('cells.total_voter_count') }} as is_small_sample,
    {{ is_suppressed('cells.total_voter_count') }} as is_suppressed
from cells
inner join {{ ref('dim_topic') }} as topics
    on cells.topic_slug = topics.topic_slug
left join ranked_trends as trends
    on cells.topic_slug = trends.topic_slug
