-- Grain: one order, as last seen in the CRM.
with orders as (
    select * from {{ source('crm', 'orders') }}
)

select
    -- keys
    order_id::text as order_id,
    customer_id::text as customer_id,
    store_id::text as store_id,
    product_id::text as product_id,
    -- attributes
    order_channel::text as order_channel,
    status::text as order_status,
    -- measures
    amount_cny::numeric as amount_cny,
    -- flags
    _deleted_at is not null as is_deleted,
    -- timestamps
    ordered_at::timestamptz as ordered_at,
    updated_at::timestamptz as updated_at,
    _loaded_at::timestamptz as loaded_at
from orders
