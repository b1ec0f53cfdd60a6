-- Grain: one member of staff, as last seen in the CRM. No personal name.
with agents as (
    select * from {{ ref('stg_crm__agents') }}
)

select
    {{ crm_key('agent_id') }} as agent_key,
    agent_id,
    team_id,
    team_name,
    department_slug,
    is_deleted,
    hired_date
from agents
