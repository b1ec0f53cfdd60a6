-- Grain: one team of people who serve customers, as last seen in the CRM.
with teams as (
    select * from {{ source('crm', 'teams') }}
)

select
    -- keys
    team_id::text as team_id,
    store_id::text as store_id,
    department_slug::text as department_slug,
    -- attributes
    team_name::text as team_name,
    nullif(city, '')::text as city,
    nullif(region, '')::text as region,
    -- flags
    _deleted_at is not null as is_deleted,
    -- timestamps
    updated_at::timestamptz as updated_at,
    _loaded_at::timestamptz as loaded_at
from teams
