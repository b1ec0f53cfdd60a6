-- Grain: one record of a file that somebody imported with a mapping. Raw text.
with feedback as (
    select * from {{ source('files', 'feedback') }}
)

select
    -- keys
    source_slug::text as source_slug,
    source_record_id::text as source_record_id,
    channel_slug::text as channel_slug,
    customer_ref::text as customer_ref,
    author_ref::text as author_ref,
    agent_ref::text as agent_ref,
    store_ref::text as store_ref,
    product_ref::text as product_ref,
    order_ref::text as order_ref,
    subject_slug::text as subject_slug,
    -- content
    nullif(btrim(text), '') as feedback_text,
    turns::jsonb as turns,
    nullif(city, '')::text as city,
    url::text as url,
    coalesce(source_metadata, '{}')::jsonb as source_metadata,
    -- measures
    rating::numeric as rating,
    rating_scale::numeric as rating_scale,
    nps_score::smallint as nps_score,
    csat_score::numeric as csat_score,
    ces_score::numeric as ces_score,
    -- flags
    is_solicited::boolean as is_solicited,
    _deleted_at is not null as is_deleted,
    -- timestamps
    occurred_at::timestamptz as occurred_at,
    received_at::timestamptz as received_at,
    _loaded_at::timestamptz as loaded_at
from feedback
