-- Grain: one contact of a customer with a campaign. Incremental: begin_touches() says
-- what a night makes anew.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    indexes=[
        {'columns': ['customer_key']},
        {'columns': ['unresolved_keys'], 'type': 'gin'},
    ],
    pre_hook="{{ begin_touches() }}",
    post_hook="{{ save_progress() }}",
) }}

{{ hooks_read(['stg_crm__customers', 'stg_crm__campaigns']) }}
with campaign_touches as (
    select stg.*
    from {{ ref('stg_crm__campaign_touches') }} as stg
    where
        not stg.is_deleted
        and {{ only_redone(
            'stg', 'redone_touch', {'touch_id': 'touch_id'}, through_views=false
        ) }}
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
    {{ local_date('campaign_touches.touched_at') }} as touched_date,
    -- what the record names and we do not know yet
    {{ unresolved_keys([
        ('customers.customer_key', crm_key('campaign_touches.customer_id')),
        ('campaigns.campaign_key', crm_key('campaign_touches.campaign_id')),
    ]) }} as unresolved_keys
from campaign_touches
left join campaigns
    on {{ crm_key('campaign_touches.campaign_id') }} = campaigns.campaign_key
left join customers
    on {{ crm_key('campaign_touches.customer_id') }} = customers.customer_key
