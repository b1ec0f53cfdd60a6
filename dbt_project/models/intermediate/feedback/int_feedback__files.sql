-- Grain: one imported record, in the shape of the feedback contract.
with feedback as (
    select * from {{ ref('stg_files__feedback') }}
)

select
    source_slug,
    source_record_id,
    channel_slug,
    coalesce(is_solicited, false) as is_solicited,
    -- a file without dates says nothing about when: the day that it reached us stands
    -- in
    coalesce(occurred_at, received_at, loaded_at) as occurred_at,
    coalesce(received_at, occurred_at, loaded_at) as received_at,
    customer_ref,
    author_ref,
    agent_ref,
    store_ref,
    product_ref,
    order_ref,
    city,
    url,
    coalesce(nullif(subject_slug, ''), 'us') as subject_slug,
    rating,
    rating_scale,
    nps_score,
    csat_score,
    ces_score,
    feedback_text as text,
    nullif(turns, '[]'::jsonb) as turns,
    source_metadata,
    loaded_at,
    is_deleted
from feedback
