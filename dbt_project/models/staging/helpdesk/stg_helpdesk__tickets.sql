-- Grain: one ticket, as last changed in the help desk. Raw words in subject and turns.
with tickets as (
    select * from {{ source('helpdesk', 'tickets') }}
)

select
    -- keys
    ticket_id::text as ticket_id,
    requester_id::text as requester_id,
    customer_id::text as customer_id,
    agent_id::text as agent_id,
    order_id::text as order_id,
    store_id::text as store_id,
    -- content
    channel::text as channel_slug,
    via_channel::text as via_channel,
    nullif(btrim(subject), '') as subject,
    coalesce(turns, '[]')::jsonb as turns,
    status::text as ticket_status,
    priority::text as ticket_priority,
    csat_score::numeric as csat_score,
    -- flags
    _deleted_at is not null as is_deleted,
    -- timestamps
    created_at::timestamptz as created_at,
    updated_at::timestamptz as updated_at,
    _loaded_at::timestamptz as loaded_at
from tickets
