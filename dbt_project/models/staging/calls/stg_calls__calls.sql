-- Grain: one call, as last written by the call centre. Raw speech in turns.
with calls as (
    select * from {{ source('calls', 'calls') }}
)

select
    -- keys
    call_id::text as call_id,
    customer_id::text as customer_id,
    agent_id::text as agent_id,
    store_id::text as store_id,
    order_id::text as order_id,
    -- content
    direction::text as direction,
    coalesce(transfers, '[]')::jsonb as transfers,
    coalesce(turns, '[]')::jsonb as turns,
    coalesce(source_metadata, '{}')::jsonb as source_metadata,
    file_name::text as file_name,
    -- flags
    _deleted_at is not null as is_deleted,
    -- timestamps
    started_at::timestamptz as started_at,
    ended_at::timestamptz as ended_at,
    updated_at::timestamptz as updated_at,
    _loaded_at::timestamptz as loaded_at
from calls
