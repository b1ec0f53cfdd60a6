-- Grain: one improvement of the register, as last seen in the CRM. The owner's name
-- stays behind; contact data that somebody typed into the texts is masked.
with improvements as (
    select * from {{ source('crm', 'improvements') }}
)

select
    -- keys
    improvement_id::text as improvement_id,
    department_slug::text as department_slug,
    touchpoint_slug::text as touchpoint_slug,
    topic_slug::text as topic_slug,
    metric_slug::text as metric_slug,
    -- attributes
    {{ without_contacts('title') }} as title,
    {{ without_contacts('problem') }} as problem,
    {{ without_contacts('hypothesis') }} as hypothesis,
    {{ without_contacts('action') }} as action_taken,
    design::text as rollout_design,
    status::text as improvement_status,
    -- the CRM joins names by a semicolon, of either width
    array_remove(
        regexp_split_to_array(
            btrim(coalesce(pilot_cities, '')), '\s*[;；]\s*'
        ), ''
    ) as pilot_cities,
    started_on::date as started_date,
    ended_on::date as ended_date,
    -- measures
    target_change_pct::double precision as target_change_pct,
    cost_cny::numeric as cost_cny,
    -- flags
    _deleted_at is not null as is_deleted,
    -- timestamps
    updated_at::timestamptz as updated_at,
    _loaded_at::timestamptz as loaded_at
from improvements
