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
    pre_hook="{{ begin_answers() }}",
    post_hook="{{ save_progress(follows=['feedback']) }}",
) }}

{{ hooks_read(['int_feedback_context']) }}
with feedback as (
    select facts.*
    from {{ ref('fct_feedback') }} as facts
    where
        {{ is_answer('facts') }}
        and {{ only_redone(
            'facts', 'redone_row', {'feedback_key': 'row_key'}, through_views=false
        ) }}
),

context as (
    select
        answers.source_slug,
        answers.source_record_id,
        answers.source_metadata
    from
        {{ 'redone_context' if is_incremental() else ref('int_feedback_context') }}
            as answers
    -- sources that ask nothing are not read for this
    where {{ is_answer('answers') }}
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
inner join context
    on
        feedback.source_slug = context.source_slug
        and feedback.source_record_id = context.source_record_id
