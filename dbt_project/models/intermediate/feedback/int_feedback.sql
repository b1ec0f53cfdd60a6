-- Grain: one piece of feedback: the feedback contract. Raw text: only the NLP job reads
-- it.
with unioned as (
    select * from {{ ref('int_feedback__unioned') }}
)

select
    feedback_key,
    source_slug,
    source_record_id,
    channel_slug,
    is_solicited,
    occurred_at,
    received_at,
    customer_ref,
    author_ref,
    agent_ref,
    store_ref,
    product_ref,
    order_ref,
    city,
    url,
    subject_slug,
    rating,
    rating_scale,
    nps_score,
    csat_score,
    ces_score,
    text,
    turns,
    text_hash,
    source_metadata,
    loaded_at
from unioned
where reason_code is null
