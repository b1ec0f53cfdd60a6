-- Grain: one invitation to answer a survey, in the state that it has reached.
with invitations as (
    select * from {{ source('surveys', 'invitations') }}
)

select
    -- keys
    invitation_id::text as invitation_id,
    customer_id::text as customer_id,
    response_id::text as response_id,
    order_id::text as order_id,
    store_id::text as store_id,
    agent_id::text as agent_id,
    -- content
    survey_slug::text as survey_slug,
    nullif(btrim(channel), '') as invitation_channel,
    state::text as state,
    nullif(btrim(suppressed_reason), '') as suppressed_reason,
    -- flags
    _deleted_at is not null as is_deleted,
    -- timestamps
    sent_at::timestamptz as sent_at,
    delivered_at::timestamptz as delivered_at,
    started_at::timestamptz as started_at,
    completed_at::timestamptz as completed_at,
    updated_at::timestamptz as updated_at,
    _loaded_at::timestamptz as loaded_at
from invitations
