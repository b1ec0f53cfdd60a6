-- Orders that the CRM has are missing from the facts, or doubled there: an incremental
-- night lost or kept some. Build core with --full-refresh and compare.
with orders as (
    select count(*) as order_count
    from {{ ref('stg_crm__orders') }}
    where not is_deleted
),

facts as (
    select count(*) as order_count
    from {{ ref('fct_order') }}
)

select
    orders.order_count as landed_count,
    facts.order_count as fact_count
from orders
cross join facts
where orders.order_count <> facts.order_count
