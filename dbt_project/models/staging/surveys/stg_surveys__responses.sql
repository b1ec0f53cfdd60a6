-- Grain: one survey response, as last edited. Raw comment.
with responses as (
    select * from {{ source('surveys', 'responses') }}
)

select
    -- keys
    response_id::text as response_id,
    customer_id::text as customer_id,
    order_id::text as order_id,
    store_id::text as store_id,
    agent_id::text as agent_id,
    -- content
    survey_slug::text as survey_slug,
    channel::text as answer_channel,
    nullif(btrim(comment), '') as comment_text,
    -- measures
    nps::smallint as nps_score,
    csat::numeric as csat_score,
    ces::numeric as ces_score,
    -- flags
    _deleted_at is not null as is_deleted,
    coalesce(is_preview, false) as is_preview,
    -- timestamps
    submitted_at::timestamptz as submitted_at,
    updated_at::timestamptz as updated_at,
    _loaded_at::timestamptz as loaded_at
from responses
