-- Grain: one local day and topic that somebody names on it, and a row `all` for
-- everybody who says anything that day.
-- Incremental: a night makes those days anew on which a unit came, went or says
-- something else, see note_changed_units().
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    meta={'follows': ['fct_opinion_unit']},
    indexes=[{'columns': ['occurred_date', 'topic_slug'], 'unique': true}],
    pre_hook="{{ begin_following('unit_day', 'occurred_date', type='date') }}",
    post_hook="{{ save_progress(follows=['unit_day']) }}",
) }}

with feedback as (
    select
        feedback.feedback_key,
        {{ voter_key('feedback') }} as voter_key,
        feedback.occurred_date,
        feedback.dedup_weight
    from {{ ref('fct_feedback') }} as feedback
    where
        {{ is_said_of_us('feedback') }}
        and {{ only_redone(
            'feedback', 'redone_row', {'occurred_date': 'row_key'}, through_views=false
        ) }}
),

units as (
    select * from {{ ref('fct_opinion_unit') }} as facts
    where {{ only_redone(
        'facts', 'redone_row', {'occurred_date': 'row_key'}, through_views=false
    ) }}
),

-- one vote per voter, topic and day; copies of one text weigh as one together
topic_votes as (
    select
        feedback.occurred_date,
        units.topic_slug,
        feedback.voter_key,
        max(feedback.dedup_weight) as weight,
        max(feedback.dedup_weight) filter (where units.sentiment_label = 'negative')
            as negative_weight
    from units
    inner join feedback
        on units.feedback_key = feedback.feedback_key
    where units.topic_slug is not null
    group by feedback.occurred_date, units.topic_slug, feedback.voter_key
),

-- a voter is negative on the day when any of the day's units is
all_votes as (
    select
        feedback.occurred_date,
        'all' as topic_slug,
        feedback.voter_key,
        max(feedback.dedup_weight) as weight,
        max(feedback.dedup_weight) filter (where units.sentiment_label = 'negative')
            as negative_weight
    from units
    inner join feedback
        on units.feedback_key = feedback.feedback_key
    group by feedback.occurred_date, feedback.voter_key
),

votes as (
    select * from topic_votes
    union all
    select * from all_votes
)

select
    occurred_date,
    topic_slug,
    count(*)::integer as voter_count,
    -- rounded: the order in which fractions are added is not the same every night
    round(sum(weight)::numeric, 6)::double precision as voice_count,
    round(coalesce(sum(negative_weight), 0)::numeric, 6)::double precision
        as negative_voice_count
from votes
group by occurred_date, topic_slug
