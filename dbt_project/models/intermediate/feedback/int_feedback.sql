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
-- `reason_code is null`, said so that PostgreSQL expects one row in three to fit; of a
-- null expression it expects one in two hundred, and joins a million of them one by one
where num_nonnulls(reason_code) < 1
