-- Grain: one feedback that carries a survey score (NPS, CSAT or CES), ours alone.
with feedback as (
    select * from {{ ref('fct_feedback') }}
    where
        subject_slug = 'us'
        and num_nonnulls(nps_score, csat_score, ces_score) > 0
),

context as (
    select * from {{ ref('int_feedback_context') }}
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
    feedback.order_id,
    feedback.region,
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
    on feedback.feedback_key = context.feedback_key
