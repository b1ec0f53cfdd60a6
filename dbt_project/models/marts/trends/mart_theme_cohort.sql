-- Grain: one quarter, age band and topic: its share among the customers of that age,
-- and who moves.
with voters as (
    select
        feedback.feedback_key,
        feedback.customer_key,
        customers.age_band,
        date_trunc('quarter', feedback.occurred_date)::date as quarter
    from {{ ref('fct_feedback') }} as feedback
    inner join {{ ref('dim_customer') }} as customers
        on feedback.customer_key = customers.customer_key
    where
        feedback.subject_slug = 'us'
        and feedback.is_relevant
        and feedback.unit_count > 0
        and customers.age_band is not null
),

-- distinct first, then counted: to count distinct keys PostgreSQL would sort all rows
speakers as (
    select distinct
        quarter,
        age_band,
        customer_key
    from voters
),

totals as (
    select
        quarter,
        age_band,
        count(*)::integer as total_customer_count
    from speakers
    group by quarter, age_band
),

topic_speakers as (
    select distinct
        voters.quarter,
        voters.age_band,
        units.topic_slug,
        voters.customer_key
    from {{ ref('fct_opinion_unit') }} as units
    inner join voters
        on units.feedback_key = voters.feedback_key
    where units.topic_slug is not null
),

mentions as (
    select
        quarter,
        age_band,
        topic_slug,
        count(*)::integer as customer_count
    from topic_speakers
    group by quarter, age_band, topic_slug
),

-- a quarter in which nobody of an age names a topic is a zero on its line, not a gap
spoken_topics as (
    select distinct topic_slug from mentions
),

young as (
    select * from {{ source('stats', 'theme_cohort') }}
    where cohort_slug = 'young'
),

senior as (
    select * from {{ source('stats', 'theme_cohort') }}
    where cohort_slug = 'senior'
)

select
    totals.quarter,
    totals.age_band,
    spoken_topics.topic_slug,
    topics.topic_name_zh,
    topics.topic_name_en,
    topics.level1_slug,
    topics.level1_name_zh,
    {{ shown(
        'coalesce(mentions.customer_count, 0)', 'totals.total_customer_count'
    ) }} as customer_count,
    totals.total_customer_count,
    {{ share_figures(
        'coalesce(mentions.customer_count, 0)', 'totals.total_customer_count'
    ) }},
    young.verdict as young_verdict,
    round((100 * young.cohort_slope)::numeric, 3)::double precision as young_slope,
    round((100 * young.other_slope)::numeric, 3)::double precision as not_young_slope,
    young.difference_q_value as young_q_value,
    senior.verdict as senior_verdict,
    round((100 * senior.cohort_slope)::numeric, 3)::double precision as senior_slope,
    senior.difference_q_value as senior_q_value,
    {{ sample_flags('totals.total_customer_count') }}
from totals
cross join spoken_topics
inner join {{ ref('dim_topic') }} as topics
    on spoken_topics.topic_slug = topics.topic_slug
left join mentions
    on
        totals.quarter = mentions.quarter
        and totals.age_band = mentions.age_band
        and spoken_topics.topic_slug = mentions.topic_slug
left join young
    on spoken_topics.topic_slug = young.topic_slug
left join senior
    on spoken_topics.topic_slug = senior.topic_slug
