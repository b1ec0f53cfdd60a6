-- Grain: one line of an order, as last seen in the CRM.
with order_items as (
    select * from {{ source('crm', 'order_items') }}
)

select
    -- keys
    order_item_id::text as order_item_id,
    order_id::text as order_id,
    product_id::text as product_id,
    -- measures
    quantity::integer as quantity,
    amount_cny::numeric as amount_cny,
    -- flags
    _deleted_at is not null as is_deleted,
    -- timestamps
    updated_at::timestamptz as updated_at,
    _loaded_at::timestamptz as loaded_at
from order_items
