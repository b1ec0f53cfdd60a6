-- Grain: one case that staff opened for a customer. Incremental: begin_cases() says
-- what a night makes anew.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    meta={'follows': ['fct_case_event', 'fct_order']},
    indexes=[
        {'columns': ['feedback_key']},
        {'columns': ['unresolved_keys'], 'type': 'gin'},
    ],
    pre_hook="{{ begin_cases() }}",
    post_hook="{{ save_progress(follows=['case', 'order']) }}",
) }}

{{ hooks_read([
    'stg_crm__customers',
    'stg_crm__agents',
    'stg_crm__stores',
    'stg_crm__products',
]) }}
with cases as (
    select stg.*
    from {{ ref('stg_crm__cases') }} as stg
    where
        not stg.is_deleted
        and {{ only_redone(
            'stg', 'redone_case', {'case_id': 'case_id'}, through_views=false
        ) }}
),

redone_steps as (
    select facts.*
    from {{ ref('fct_case_event') }} as facts
    where {{ only_redone(
        'facts', 'redone_case', {'case_id': 'case_id'}, through_views=false
    ) }}
),

steps as (
    select
        case_id,
        min(occurred_at) filter (where event_kind = 'responded') as responded_at,
        max(occurred_at) filter (where event_kind = 'resolved') as resolved_at,
        max(occurred_at) filter (where event_kind = 'closed') as closed_at,
        min(occurred_at) filter (where event_kind = 'told') as told_at,
        count(*) filter (where event_kind = 'transferred') as transfer_count,
        count(*) filter (where event_kind = 'reopened') as reopened_count
    from redone_steps
    group by case_id
),

customers as (
    select * from {{ ref('dim_customer') }}
),

stores as (
    select * from {{ ref('dim_store') }}
),

agents as (
    select * from {{ ref('dim_agent') }}
),

-- the case's own moments count; its steps fill what it does not say
timed as (
    select
        cases.*,
        coalesce(cases.first_responded_at, steps.responded_at) as responded_at,
        coalesce(cases.resolved_at, steps.resolved_at) as solved_at,
        coalesce(cases.closed_at, steps.closed_at) as ended_at,
        steps.told_at,
        coalesce(steps.transfer_count, 0) as transfer_count,
        coalesce(steps.reopened_count, 0) as reopened_count
    from cases
    left join steps
        on cases.case_id = steps.case_id
)

select
    -- keys
    timed.case_id,
    {{ feedback_key('timed.feedback_source_slug', 'timed.feedback_record_id') }}
        as feedback_key,
    customers.customer_key,
    stores.store_key,
    agents.agent_key,
    coalesce(timed.team_id, agents_then.team_id) as team_id,
    timed.order_id,
    timed.department_slug,
    timed.touchpoint_slug,
    -- attributes
    timed.case_type,
    timed.case_severity,
    timed.case_status,
    coalesce(stores_then.region, customers_then.region) as region,
    -- context
    {{ context_at('timed.opened_at') }},
    -- measures
    timed.rating_before::numeric(4, 2) as rating_before,
    timed.rating_after::numeric(4, 2) as rating_after,
    timed.transfer_count::integer as transfer_count,
    timed.reopened_count::integer as reopened_count,
    extract(epoch from timed.responded_at - timed.opened_at)::double precision
        as first_response_seconds,
    extract(epoch from timed.solved_at - timed.opened_at)::double precision
        as resolution_seconds,
    -- flags
    timed.solved_at is not null as is_resolved,
    timed.told_at is not null or coalesce(timed.case_status = 'told', false) as is_told,
    -- timestamps
    timed.opened_at,
    {{ local_date('timed.opened_at') }} as opened_date,
    timed.responded_at as first_responded_at,
    timed.solved_at as resolved_at,
    timed.ended_at as closed_at,
    timed.told_at,
    -- what the record names and we do not know yet
    {{ unresolved_keys([
        ('customers.customer_key', crm_key('timed.customer_id')),
        ('stores.store_key', crm_key('timed.store_id')),
        ('agents.agent_key', crm_key('timed.agent_id')),
    ]) }} as unresolved_keys
from timed
left join customers
    on {{ crm_key('timed.customer_id') }} = customers.customer_key
left join stores
    on {{ crm_key('timed.store_id') }} = stores.store_key
left join agents
    on {{ crm_key('timed.agent_id') }} = agents.agent_key
{{ join_version_at(ref('dim_customer_history'), 'customers', 'customer_key',
    'customers.customer_key', 'timed.opened_at') }}
{{ join_version_at(ref('dim_store_history'), 'stores', 'store_key',
    'stores.store_key', 'timed.opened_at') }}
{{ join_version_at(ref('dim_agent_history'), 'agents', 'agent_key',
    'agents.agent_key', 'timed.opened_at') }}
{{ join_orders_until(ref('fct_order'), 'customers.customer_key', 'timed.opened_at') }}
