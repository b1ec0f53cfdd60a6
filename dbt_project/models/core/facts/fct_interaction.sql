-- Grain: one call, whether or not anything was said in it.
with calls as (
    select * from {{ ref('int_calls__handled') }}
),

customers as (
    select * from {{ ref('dim_customer') }}
),

stores as (
    select * from {{ ref('dim_store') }}
),

agents as (
    select * from {{ ref('dim_agent') }}
)

select
    -- keys
    calls.call_id,
    {{ feedback_key("'calls'", 'calls.call_id') }} as feedback_key,
    customers.customer_key,
    stores.store_key,
    agents.agent_key,
    calls.order_id,
    -- attributes
    calls.direction,
    -- measures
    calls.transfer_count,
    calls.turn_count,
    extract(epoch from calls.ended_at - calls.started_at)::double precision
        as handle_seconds,
    -- timestamps
    calls.started_at,
    calls.ended_at,
    {{ local_date('calls.started_at') }} as started_date
from calls
left join customers
    on {{ crm_key('calls.customer_id') }} = customers.customer_key
left join stores
    on {{ crm_key('calls.store_id') }} = stores.store_key
left join agents
    on {{ crm_key('calls.agent_id') }} = agents.agent_key
