-- Grain: one line of an order.
{{ config(meta={
    'reads_all_history':
        'a line follows its order to another customer or store; what moved is noted '
        'by customer',
}) }}

with order_items as (
    select * from {{ ref('stg_crm__order_items') }}
    where not is_deleted
),

orders as (
    select * from {{ ref('fct_order') }}
),

products as (
    select * from {{ ref('dim_product') }}
)

select
    -- keys
    order_items.order_item_id,
    order_items.order_id,
    orders.customer_key,
    orders.store_key,
    products.product_key,
    -- measures
    order_items.quantity,
    order_items.amount_cny::numeric(38, 2) as amount_cny,
    -- timestamps
    orders.ordered_at,
    orders.ordered_date
from order_items
-- a line whose order has not arrived yet waits for it
inner join orders
    on order_items.order_id = orders.order_id
left join products
    on {{ crm_key('order_items.product_id') }} = products.product_key
