-- Grain: one case, as last seen in the CRM. Its subject line, free text that may name
-- people, stays behind.
with cases as (
    select * from {{ source('crm', 'cases') }}
)

select
    -- keys
    case_id::text as case_id,
    customer_id::text as customer_id,
    order_id::text as order_id,
    store_id::text as store_id,
    agent_id::text as agent_id,
    team_id::text as team_id,
    department_slug::text as department_slug,
    touchpoint_slug::text as touchpoint_slug,
    feedback_source_slug::text as feedback_source_slug,
    feedback_record_id::text as feedback_record_id,
    -- attributes
    case_type::text as case_type,
    severity::text as case_severity,
    status::text as case_status,
    -- measures
    rating_before::numeric as rating_before,
    rating_after::numeric as rating_after,
    -- flags
    _deleted_at is not null as is_deleted,
    -- timestamps
    opened_at::timestamptz as opened_at,
    first_responded_at::timestamptz as first_responded_at,
    resolved_at::timestamptz as resolved_at,
    closed_at::timestamptz as closed_at,
    updated_at::timestamptz as updated_at,
    _loaded_at::timestamptz as loaded_at
from cases
