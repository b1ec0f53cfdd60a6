-- Grain: one month, part of the voters and topic that one of them names in it, and a
-- row `all` for all of the part who wrote.
-- A part is the voters whose key begins alike: each voter is in one part, so that marts
-- add the parts up, and a late record makes a few voters of its month anew instead of
-- the month. Incremental by month and part, see note_changed_voters() and
-- note_changed_units().
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    meta={'follows': ['fct_feedback', 'fct_opinion_unit']},
    indexes=[{'columns': ['month', 'voter_part', 'topic_slug'], 'unique': true}],
    pre_hook="{{ begin_topic_months() }}",
    post_hook="{{ save_progress(follows=['feedback_part', 'unit_part']) }}",
) }}

with feedback as (
    select
        facts.feedback_key,
        {{ voter_key('facts') }} as voter_key,
        {{ voter_part('facts') }} as voter_part,
        facts.dedup_weight,
        {{ month_of('facts.occurred_date') }} as month
    from {{ ref('fct_feedback') }} as facts
    where
        {{ is_said_of_us('facts') }}
        and {{ only_redone(
            'facts', 'redone_vote', {'feedback_key': 'feedback_key'},
            through_views=false
        ) }}
),

voters as (
    select
        month,
        voter_part,
        voter_key,
        count(*) as feedback_count,
        max(dedup_weight) as weight
    from feedback
    group by month, voter_part, voter_key
),

-- one opinion per feedback and topic
opinions as (
    select
        feedback.month,
        feedback.voter_part,
        feedback.voter_key,
        feedback.dedup_weight,
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
    where
        units.topic_slug is not null
        and {{ only_redone(
            'units', 'redone_vote', {'feedback_key': 'feedback_key'},
            through_views=false
        ) }}
    group by
        feedback.month, feedback.voter_part, feedback.voter_key,
        feedback.dedup_weight, units.topic_slug, units.feedback_key
),

topic_voters as (
    select
        month,
        voter_part,
        topic_slug,
        voter_key,
        max(dedup_weight) as weight,
        count(*) as feedback_count,
        sum(unit_count) as unit_count,
        sum(dedup_weight) filter (where leaning > 0) as positive_weight,
        sum(dedup_weight) filter (where leaning < 0) as negative_weight,
        sum(dedup_weight) filter (where leaning is not null) as leaning_weight,
        count(*) filter (where leaning < 0) as negative_count
    from opinions
    group by month, voter_part, topic_slug, voter_key
)

select
    month,
    voter_part,
    topic_slug,
    sum(feedback_count)::integer as feedback_count,
    count(*)::integer as voter_count,
    -- rounded: the order in which fractions are added is not the same every night; and
    -- finer than marts show, which add up many of these
    {{ rounded('sum(weight)', 12) }} as voice_count,
    sum(unit_count)::integer as unit_count,
    sum(negative_count)::integer as negative_count,
    {{ rounded('coalesce(sum(positive_weight), 0)', 12) }} as positive_weight,
    {{ rounded('coalesce(sum(negative_weight), 0)', 12) }} as negative_weight,
    {{ rounded('coalesce(sum(leaning_weight), 0)', 12) }} as leaning_weight
from topic_voters
group by month, voter_part, topic_slug
union all
select
    month,
    voter_part,
    'all' as topic_slug,
    sum(feedback_count)::integer as feedback_count,
    count(*)::integer as voter_count,
    {{ rounded('sum(weight)', 12) }} as voice_count,
    -- what is said is counted by topic
    null as unit_count,
    null as negative_count,
    null as positive_weight,
    null as negative_weight,
    null as leaning_weight
from voters
group by month, voter_part
