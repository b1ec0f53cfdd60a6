-- Grain: one feedback that carries a survey score (NPS, CSAT or CES), ours alone.
-- Incremental: a night makes the answers anew that fct_feedback made anew.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    meta={'follows': ['fct_feedback']},
    indexes=[
        {'columns': ['submitted_date']},
        {'columns': ['customer_key', 'submitted_at']},
    ],
    pre_hook="{{ begin_following('feedback', 'feedback_key') }}",
    post_hook="{{ save_progress(follows=['feedback']) }}",
) }}

with feedback as (
    select facts.*
    from {{ ref('fct_feedback') }} as facts
    where
        {{ only_redone('facts', 'redone_row', {'feedback_key': 'row_key'}) }}
        and facts.subject_slug = 'us'
        and num_nonnulls(facts.nps_score, facts.csat_score, facts.ces_score) > 0
),

context as (
    select * from {{ ref('int_feedback_context') }}
    {% if is_incremental() %}
        where
            source_record_id = any(
                array(select feedback.source_record_id from feedback)
            )
    {% endif %}
)

select
    -- keys
    feedback.feedback_key,
    -- a survey that somebody imported goes by the name of its source
    coalesce(context.source_metadata ->> 'survey_slug', feedback.source_slug)
        as survey_slug,
    feedback.channel_slug,
    context.source_metadata ->> 'answer_channel' as answer_channel,
    feedback.customer_key,
    feedback.store_key,
    feedback.agent_key,
    feedback.product_key,
    feedback.order_id,
    feedback.region,
    -- context
    {{ context_columns('feedback') }},
    -- measures
    feedback.nps_score,
    case
        when feedback.nps_score >= 9 then 'promoter'
        when feedback.nps_score >= 7 then 'passive'
        when feedback.nps_score >= 0 then 'detractor'
    end as nps_group,
    feedback.csat_score,
    feedback.ces_score,
    -- flags
    feedback.redacted_text is not null as has_comment,
    -- timestamps
    feedback.occurred_at as submitted_at,
    feedback.occurred_date as submitted_date
from feedback
-- by the source's own ids: those are indexed, the hash of them is not
inner join context
    on
        feedback.source_slug = context.source_slug
        and feedback.source_record_id = context.source_record_id
