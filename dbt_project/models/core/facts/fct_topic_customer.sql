-- Grain: one quarter, customer and topic that they name in it, and a row `all` for each
-- customer who says anything in it.
-- Incremental: a night makes those customers anew of whom feedback or a unit came, went
-- or says something else, see note_changed_voters() and note_changed_units().
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    meta={'follows': ['fct_feedback', 'fct_opinion_unit']},
    indexes=[{'columns': ['customer_key', 'quarter', 'topic_slug'], 'unique': true}],
    pre_hook="{{ begin_following(
        ['feedback_customer', 'unit_customer'], 'customer_key'
    ) }}",
    post_hook="{{ save_progress(follows=['feedback_customer', 'unit_customer']) }}",
) }}

with feedback as (
    select
        facts.feedback_key,
        facts.customer_key,
        date_trunc('quarter', facts.occurred_date)::date as quarter
    from {{ ref('fct_feedback') }} as facts
    where
        {{ is_said_of_us('facts') }}
        and facts.customer_key is not null
        and {{ only_redone(
            'facts', 'redone_row', {'customer_key': 'row_key'}, through_views=false
        ) }}
)

select distinct
    feedback.quarter,
    feedback.customer_key,
    units.topic_slug
from {{ ref('fct_opinion_unit') }} as units
inner join feedback
    on units.feedback_key = feedback.feedback_key
where units.topic_slug is not null
union all
select distinct
    quarter,
    customer_key,
    'all' as topic_slug
from feedback
