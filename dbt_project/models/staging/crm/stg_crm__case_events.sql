-- Grain: one step in the life of a case, as last seen in the CRM.
with case_events as (
    select * from {{ source('crm', 'case_events') }}
)

select
    -- keys
    case_event_id::text as case_event_id,
    case_id::text as case_id,
    agent_id::text as agent_id,
    from_team_id::text as from_team_id,
    to_team_id::text as to_team_id,
    -- attributes
    event_kind::text as event_kind,
    -- measures
    rating::numeric as rating,
    -- flags
    _deleted_at is not null as is_deleted,
    -- timestamps
    occurred_at::timestamptz as occurred_at,
    updated_at::timestamptz as updated_at,
    _loaded_at::timestamptz as loaded_at
from case_events
