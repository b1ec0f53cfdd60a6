-- Grain: one marketing campaign, as last seen in the CRM.
with campaigns as (
    select * from {{ ref('stg_crm__campaigns') }}
)

select
    {{ crm_key('campaign_id') }} as campaign_key,
    campaign_id,
    campaign_name,
    campaign_channel,
    department_slug,
    started_date,
    ended_date,
    budget_cny::numeric(38, 2) as budget_cny,
    is_deleted
from campaigns
