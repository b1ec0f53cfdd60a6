-- Grain: one line of an order. Incremental: begin_order_items() says what a night makes
-- anew.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    meta={'follows': ['fct_order']},
    indexes=[
        {'columns': ['order_id']},
        {'columns': ['unresolved_keys'], 'type': 'gin'},
    ],
    pre_hook="{{ begin_order_items() }}",
    post_hook="{{ save_progress(follows=['order_id']) }}",
) }}

{{ hooks_read(['stg_crm__products']) }}
with order_items as (
    select stg.*
    from {{ ref('stg_crm__order_items') }} as stg
    where
        not stg.is_deleted
        and {{ only_redone('stg', 'redone_item', {'order_item_id': 'order_item_id'}) }}
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
    orders.ordered_date,
    -- what the record names and we do not know yet
    {{ unresolved_keys([
        ('products.product_key', crm_key('order_items.product_id')),
    ]) }} as unresolved_keys
from order_items
-- a line whose order has not arrived yet waits for it
inner join orders
    on order_items.order_id = orders.order_id
left join products
    on {{ crm_key('order_items.product_id') }} = products.product_key
