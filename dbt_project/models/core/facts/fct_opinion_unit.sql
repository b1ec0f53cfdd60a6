-- Grain: one opinion unit that a customer uttered. What our own staff said is left out.
-- Incremental: a night makes the units of that feedback anew that fct_feedback made
-- anew.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    meta={'reads_labels': true, 'follows': ['fct_feedback']},
    indexes=[
        {'columns': ['feedback_key', 'unit_seq'], 'unique': true},
        {'columns': [
            'occurred_date', 'touchpoint_slug', 'channel_slug',
            '(' ~ region_or_unknown('region') ~ ')',
        ]},
    ],
    pre_hook="{{ begin_units() }}",
    post_hook="{{ note_changed_units() }} {{ save_progress(follows=['feedback']) }}",
) }}

with feedback as (
    select facts.*
    from {{ ref('fct_feedback') }} as facts
    where {{ only_redone(
        'facts', 'redone_row', {'feedback_key': 'row_key'}, through_views=false
    ) }}
),

opinion_units as (
    select * from {{ source('nlp', 'opinion_units') }}
    where speaker = 'customer'
)

select
    -- keys
    opinion_units.feedback_key,
    opinion_units.unit_seq,
    feedback.channel_slug,
    feedback.customer_key,
    feedback.author_key,
    feedback.agent_key,
    feedback.store_key,
    feedback.product_key,
    feedback.subject_slug,
    feedback.duplicate_cluster_key,
    -- labels
    opinion_units.touchpoint_slug,
    opinion_units.department_slug,
    opinion_units.topic_slug,
    opinion_units.sentiment_label,
    opinion_units.emotion_slug,
    opinion_units.intent_slug,
    opinion_units.need_kind,
    opinion_units.need_slug,
    opinion_units.cause_slug,
    opinion_units.severity_slug,
    opinion_units.decision_effect_slug,
    opinion_units.promise_role,
    opinion_units.competitor_slug,
    opinion_units.keywords,
    -- place and text
    feedback.region,
    opinion_units.redacted_text,
    opinion_units.char_start,
    opinion_units.char_end,
    -- context
    {{ context_columns('feedback') }},
    -- measures
    opinion_units.sentiment_score,
    opinion_units.sentiment_confidence,
    opinion_units.intensity,
    opinion_units.effort,
    opinion_units.touchpoint_confidence,
    opinion_units.department_confidence,
    opinion_units.topic_confidence,
    feedback.dedup_weight,
    -- flags
    feedback.is_relevant,
    -- timestamps
    feedback.occurred_date
from opinion_units
-- the version comes from the feedback: labels of older pipelines stay where they are
inner join feedback
    on
        opinion_units.feedback_key = feedback.feedback_key
        and opinion_units.pipeline_version = feedback.pipeline_version
