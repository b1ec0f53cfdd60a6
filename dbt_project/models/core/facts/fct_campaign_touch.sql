-- Grain: one contact of a customer with a campaign.
{{ config(meta={
    'reads_all_history': 'a touch follows its customer and its campaign',
}) }}

with campaign_touches as (
    select * from {{ ref('stg_crm__campaign_touches') }}
    where not is_deleted
),

campaigns as (
    select * from {{ ref('dim_campaign') }}
),

customers as (
    select * from {{ ref('dim_customer') }}
)

select
    -- keys
    campaign_touches.touch_id,
    campaigns.campaign_key,
    customers.customer_key,
    -- attributes
    campaign_touches.touch_kind,
    -- timestamps
    campaign_touches.touched_at,
    {{ local_date('campaign_touches.touched_at') }} as touched_date
from campaign_touches
left join campaigns
    on {{ crm_key('campaign_touches.campaign_id') }} = campaigns.campaign_key
left join customers
    on {{ crm_key('campaign_touches.customer_id') }} = customers.customer_key
