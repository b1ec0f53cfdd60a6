-- Grain: one step in the life of a case. Incremental: begin_case_events() says what a
-- night makes anew.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    indexes=[{'columns': ['unresolved_keys'], 'type': 'gin'}],
    pre_hook="{{ begin_case_events() }}",
    post_hook="{{ save_progress() }}",
) }}

{{ hooks_read(['stg_crm__agents']) }}
with case_events as (
    select stg.*
    from {{ ref('stg_crm__case_events') }} as stg
    where
        not stg.is_deleted
        and {{ only_redone(
            'stg', 'redone_case', {'case_id': 'case_id'}, through_views=false
        ) }}
),

cases as (
    select * from {{ ref('stg_crm__cases') }}
    where not is_deleted
),

agents as (
    select * from {{ ref('dim_agent') }}
)

select
    -- keys
    case_events.case_event_id,
    case_events.case_id,
    agents.agent_key,
    case_events.from_team_id,
    case_events.to_team_id,
    -- attributes
    case_events.event_kind,
    -- measures
    row_number() over (
        partition by case_events.case_id
        order by case_events.occurred_at asc, case_events.case_event_id asc
    )::integer as event_seq,
    case_events.rating::numeric(4, 2) as rating,
    extract(epoch from case_events.occurred_at - cases.opened_at)::double precision
        as seconds_since_opened,
    -- timestamps
    case_events.occurred_at,
    {{ local_date('case_events.occurred_at') }} as occurred_date,
    -- what the record names and we do not know yet
    {{ unresolved_keys([
        ('agents.agent_key', crm_key('case_events.agent_id')),
    ]) }} as unresolved_keys
from case_events
-- a step whose case has not arrived yet waits for it
inner join cases
    on case_events.case_id = cases.case_id
left join agents
    on {{ crm_key('case_events.agent_id') }} = agents.agent_key
