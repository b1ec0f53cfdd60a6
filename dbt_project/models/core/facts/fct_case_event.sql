-- Grain: one step in the life of a case.
{{ config(meta={
    'reads_all_history': 'steps of cases are few beside feedback',
}) }}

with case_events as (
    select * from {{ ref('stg_crm__case_events') }}
    where not is_deleted
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
    {{ local_date('case_events.occurred_at') }} as occurred_date
from case_events
-- a step whose case has not arrived yet waits for it
inner join cases
    on case_events.case_id = cases.case_id
left join agents
    on {{ crm_key('case_events.agent_id') }} = agents.agent_key
