-- Grain: one note that staff wrote about what a customer said. Raw text.
with customer_notes as (
    select * from {{ source('crm', 'customer_notes') }}
)

select
    -- keys
    note_id::text as note_id,
    customer_id::text as customer_id,
    agent_id::text as agent_id,
    store_id::text as store_id,
    order_id::text as order_id,
    -- content
    nullif(btrim(note_text), '') as note_text,
    -- flags
    _deleted_at is not null as is_deleted,
    -- timestamps
    created_at::timestamptz as created_at,
    updated_at::timestamptz as updated_at,
    _loaded_at::timestamptz as loaded_at
from customer_notes
