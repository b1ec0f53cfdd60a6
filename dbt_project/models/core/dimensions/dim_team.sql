-- Grain: one team of people who serve customers, as last seen in the CRM.
{{ config(
    pre_hook="{{ begin_teams() }}",
    post_hook="{{ note_changed_teams() }}",
) }}

with teams as (
    select * from {{ ref('stg_crm__teams') }}
),

-- a CRM without a table of teams still names them with its staff
staff_teams as (
    select
        team_id,
        min(team_name) as team_name,
        min(department_slug) as department_slug
    from {{ ref('stg_crm__agents') }}
    where team_id is not null
    group by team_id
)

select
    {{ crm_key('coalesce(teams.team_id, staff_teams.team_id)') }} as team_key,
    coalesce(teams.team_id, staff_teams.team_id) as team_id,
    coalesce(teams.team_name, staff_teams.team_name) as team_name,
    coalesce(teams.department_slug, staff_teams.department_slug) as department_slug,
    {{ crm_key('teams.store_id') }} as store_key,
    teams.city,
    teams.region,
    coalesce(teams.is_deleted, false) as is_deleted
from teams
full outer join staff_teams
    on teams.team_id = staff_teams.team_id
