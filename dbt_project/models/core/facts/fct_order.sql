-- Grain: one order.
with orders as (
    select * from {{ ref('stg_crm__orders') }}
),

customers as (
    select * from {{ ref('dim_customer') }}
),

stores as (
    select * from {{ ref('dim_store') }}
),

products as (
    select * from {{ ref('dim_product') }}
)

select
    -- keys
    orders.order_id,
    customers.customer_key,
    stores.store_key,
    products.product_key,
    -- attributes
    orders.order_channel,
    orders.order_status,
    -- measures
    orders.amount_cny::numeric(38, 2) as amount_cny,
    -- timestamps
    orders.ordered_at,
    {{ local_date('orders.ordered_at') }} as ordered_date
from orders
left join customers
    on {{ crm_key('orders.customer_id') }} = customers.customer_key
left join stores
    on {{ crm_key('orders.store_id') }} = stores.store_key
left join products
    on {{ crm_key('orders.product_id') }} = products.product_key
