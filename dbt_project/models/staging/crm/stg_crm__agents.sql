-- Grain: one member of staff, as last seen in the CRM. The personal name stays behind.
with agents as (
    select * from {{ source('crm', 'agents') }}
)

select
    -- keys
    agent_id::text as agent_id,
    team_id::text as team_id,
    -- attributes
    team_name::text as team_name,
    department_slug::text as department_slug,
    hired_on::date as hired_date,
    -- flags
    _deleted_at is not null as is_deleted,
    -- timestamps
    updated_at::timestamptz as updated_at,
    _loaded_at::timestamptz as loaded_at
from agents
