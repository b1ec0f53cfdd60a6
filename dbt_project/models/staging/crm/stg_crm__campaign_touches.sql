-- Grain: one contact of a customer with a campaign, as last seen in the CRM.
with campaign_touches as (
    select * from {{ source('crm', 'campaign_touches') }}
)

select
    -- keys
    touch_id::text as touch_id,
    campaign_id::text as campaign_id,
    customer_id::text as customer_id,
    -- attributes
    touch_kind::text as touch_kind,
    -- flags
    _deleted_at is not null as is_deleted,
    -- timestamps
    touched_at::timestamptz as touched_at,
    updated_at::timestamptz as updated_at,
    _loaded_at::timestamptz as loaded_at
from campaign_touches
