-- Grain: one call, whether or not anything was said in it. Incremental:
-- begin_interactions() says what a night makes anew.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    meta={'follows': ['fct_order']},
    indexes=[
        {'columns': ['feedback_key']},
        {'columns': ['customer_key', 'started_at']},
        {'columns': ['agent_key']},
        {'columns': ['store_key']},
        {'columns': ['unresolved_keys'], 'type': 'gin'},
    ],
    pre_hook="{{ begin_interactions() }}",
    post_hook="{{ save_progress(follows=['order']) }}",
) }}

{{ hooks_read([
    'stg_crm__customers',
    'stg_crm__agents',
    'stg_crm__stores',
    'stg_crm__products',
]) }}
with calls as (
    select handled.*
    from {{ ref('int_calls__handled') }} as handled
    where
        not handled.is_deleted
        and {{ only_redone('handled', 'redone_call', {'call_id': 'call_id'}) }}
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
    agents_then.team_id,
    calls.order_id,
    -- attributes
    calls.direction,
    coalesce(stores_then.region, customers_then.region) as region,
    -- context
    {{ context_at('calls.started_at') }},
    -- measures
    calls.transfer_count,
    calls.turn_count,
    extract(epoch from calls.ended_at - calls.started_at)::double precision
        as handle_seconds,
    -- timestamps
    calls.started_at,
    calls.ended_at,
    {{ local_date('calls.started_at') }} as started_date,
    -- what the record names and we do not know yet
    {{ unresolved_keys([
        ('customers.customer_key', crm_key('calls.customer_id')),
        ('stores.store_key', crm_key('calls.store_id')),
        ('agents.agent_key', crm_key('calls.agent_id')),
    ]) }} as unresolved_keys
from calls
left join customers
    on {{ crm_key('calls.customer_id') }} = customers.customer_key
left join stores
    on {{ crm_key('calls.store_id') }} = stores.store_key
left join agents
    on {{ crm_key('calls.agent_id') }} = agents.agent_key
{{ join_version_at(ref('dim_customer_history'), 'customers', 'customer_key',
    'customers.customer_key', 'calls.started_at') }}
{{ join_version_at(ref('dim_store_history'), 'stores', 'store_key',
    'stores.store_key', 'calls.started_at') }}
{{ join_version_at(ref('dim_agent_history'), 'agents', 'agent_key',
    'agents.agent_key', 'calls.started_at') }}
{{ join_orders_until(ref('fct_order'), 'customers.customer_key', 'calls.started_at') }}
