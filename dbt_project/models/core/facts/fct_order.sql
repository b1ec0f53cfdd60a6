-- Grain: one order. Incremental: a night makes the orders of those customers anew of
-- whom an order or the record itself changed.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    indexes=[
        {'columns': ['customer_key', 'ordered_at']},
        {'columns': ['ordered_date']},
        {'columns': ['unresolved_keys'], 'type': 'gin'},
    ],
    pre_hook="{{ begin_orders() }}",
    post_hook="{{ save_progress() }}",
) }}

{{ hooks_read(['stg_crm__customers', 'stg_crm__stores', 'stg_crm__products']) }}
with orders as (
    select
        stg.*,
        coalesce(stg.order_status = 'cancelled', false) as is_cancelled
    from {{ ref('stg_crm__orders') }} as stg
    where
        not stg.is_deleted
        and {{ only_redone('stg', 'redone_order', {'order_id': 'order_id'}) }}
),

customers as (
    select * from {{ ref('dim_customer') }}
),

stores as (
    select * from {{ ref('dim_store') }}
),

products as (
    select * from {{ ref('dim_product') }}
),

-- all orders of a customer are made together, so they can be counted up in order
running as (
    select
        orders.*,
        customers.customer_key,
        count(*) filter (where not orders.is_cancelled) over earlier as order_count,
        sum(orders.amount_cny) filter (where not orders.is_cancelled)
            over earlier as spend_cny,
        min(orders.ordered_at) filter (where not orders.is_cancelled)
            over earlier as first_ordered_at,
        max(orders.ordered_at) filter (where not orders.is_cancelled)
            over earlier as last_ordered_at
    from orders
    left join customers
        on {{ crm_key('orders.customer_id') }} = customers.customer_key
    window earlier as (
        partition by customers.customer_key
        order by orders.ordered_at asc, orders.order_id asc
        rows between unbounded preceding and 1 preceding
    )
)

select
    -- keys
    bought.order_id,
    customers.customer_key,
    stores.store_key,
    products.product_key,
    -- attributes
    bought.order_channel,
    bought.order_status,
    coalesce(stores_then.region, customers_then.region) as region,
    -- context
    {{ context_at('bought.ordered_at') }},
    -- measures
    bought.amount_cny::numeric(38, 2) as amount_cny,
    -- flags
    bought.is_cancelled,
    -- timestamps
    bought.ordered_at,
    {{ local_date('bought.ordered_at') }} as ordered_date,
    -- what the record names and we do not know yet
    {{ unresolved_keys([
        ('customers.customer_key', crm_key('bought.customer_id')),
        ('stores.store_key', crm_key('bought.store_id')),
        ('products.product_key', crm_key('bought.product_id')),
    ]) }} as unresolved_keys
from running as bought
left join customers
    on bought.customer_key = customers.customer_key
left join stores
    on {{ crm_key('bought.store_id') }} = stores.store_key
left join products
    on {{ crm_key('bought.product_id') }} = products.product_key
{{ join_version_at(ref('dim_customer_history'), 'customers', 'customer_key',
    'customers.customer_key', 'bought.ordered_at') }}
{{ join_version_at(ref('dim_store_history'), 'stores', 'store_key',
    'stores.store_key', 'bought.ordered_at') }}
