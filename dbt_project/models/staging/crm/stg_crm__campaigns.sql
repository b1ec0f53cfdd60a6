-- Grain: one marketing campaign, as last seen in the CRM.
with campaigns as (
    select * from {{ source('crm', 'campaigns') }}
)

select
    -- keys
    campaign_id::text as campaign_id,
    department_slug::text as department_slug,
    -- attributes
    campaign_name::text as campaign_name,
    channel::text as campaign_channel,
    started_on::date as started_date,
    ended_on::date as ended_date,
    -- measures
    budget_cny::numeric as budget_cny,
    -- flags
    _deleted_at is not null as is_deleted,
    -- timestamps
    updated_at::timestamptz as updated_at,
    _loaded_at::timestamptz as loaded_at
from campaigns
