-- Grain: one quarter, age band and topic: its share among the customers of that age,
-- and who moves.
with customers as (
    select
        customer_key,
        age_band
    from {{ ref('dim_customer') }}
    where age_band is not null
),

counted as (
    select
        named.quarter,
        customers.age_band,
        named.topic_slug,
        count(*)::integer as customer_count
    from {{ ref('fct_topic_customer') }} as named
    inner join customers
        on named.customer_key = customers.customer_key
    group by named.quarter, customers.age_band, named.topic_slug
),

totals as (
    select
        quarter,
        age_band,
        customer_count as total_customer_count
    from counted
    where topic_slug = 'all'
),

mentions as (
    select * from counted
    where topic_slug <> 'all'
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
