-- Grain: one improvement of the register. The owner's name stays in the CRM.
{{ config(meta={
    'reads_all_history': 'a register of some hundred rows',
}) }}

with improvements as (
    select * from {{ ref('stg_crm__improvements') }}
    where not is_deleted
)

select
    -- keys
    improvement_id,
    department_slug,
    touchpoint_slug,
    topic_slug,
    metric_slug,
    -- attributes
    title,
    problem,
    hypothesis,
    action_taken,
    rollout_design,
    improvement_status,
    pilot_cities,
    -- measures
    target_change_pct,
    cost_cny::numeric(38, 2) as cost_cny,
    -- timestamps
    started_date,
    ended_date,
    updated_at
from improvements
