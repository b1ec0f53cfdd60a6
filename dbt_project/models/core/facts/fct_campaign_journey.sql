-- Grain: one customer reached by one campaign, with the moments of what followed.
-- Rule: an order belongs to the customer's last contact with any campaign in the days
-- before it (last touch, var funnel_days.order). It belongs to one campaign alone, and
-- is not thereby caused by it.
-- Incremental: a night makes all journeys of those customers anew of whom something
-- changed, see begin_journeys().
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    meta={
        'follows': ['fct_campaign_touch', 'fct_order', 'fct_feedback', 'fct_case'],
        'reads_vars': ['funnel_days'],
    },
    indexes=[
        {'columns': ['customer_key', 'campaign_key'], 'unique': true},
        {'columns': ['complaint_feedback_key']},
        {'columns': ['complaint_case_id']},
        {'columns': ['resolved_case_id']},
    ],
    pre_hook="{{ begin_journeys() }}",
    post_hook="{{ note_changed_journeys() }}
        {{ save_progress(follows=['touch', 'order', 'feedback', 'case']) }}",
) }}

{{ hooks_read(['stg_crm__cases']) }}

{% set days = var('funnel_days') %}
{% set by_customer = {'customer_key': 'customer_key'} %}

with touches as (
    select facts.*
    from {{ ref('fct_campaign_touch') }} as facts
    where
        facts.campaign_key is not null
        and facts.customer_key is not null
        and {{ only_redone(
            'facts', 'redone_customer', by_customer, through_views=false
        ) }}
),

orders as (
    select facts.*
    from {{ ref('fct_order') }} as facts
    where
        not facts.is_cancelled
        and facts.customer_key is not null
        and {{ only_redone(
            'facts', 'redone_customer', by_customer, through_views=false
        ) }}
),

cases as (
    select facts.*
    from {{ ref('fct_case') }} as facts
    where
        facts.case_type in ('complaint', 'safety')
        and facts.customer_key is not null
        and {{ only_redone(
            'facts', 'redone_customer', by_customer, through_views=false
        ) }}
),

journeys as (
    select
        campaign_key,
        customer_key,
        min(touched_at) as seen_at,
        min(touched_at) filter (where touch_kind = 'click') as clicked_at
    from touches
    group by campaign_key, customer_key
),

-- of two contacts at one moment the click counts
last_touches as (
    select distinct on (orders.order_id)
        orders.order_id,
        orders.customer_key,
        orders.ordered_at,
        orders.amount_cny,
        touches.campaign_key
    from orders
    inner join touches
        on
            orders.customer_key = touches.customer_key
            and orders.ordered_at >= touches.touched_at
            and orders.ordered_at < touches.touched_at
            + make_interval(days => {{ days['order'] }})
    order by
        orders.order_id asc,
        touches.touched_at desc,
        touches.touch_kind asc,
        touches.touch_id asc
),

-- the first order that the campaign brought this customer, after the click if any
bought as (
    select distinct on (last_touches.campaign_key, last_touches.customer_key)
        last_touches.campaign_key,
        last_touches.customer_key,
        last_touches.order_id,
        last_touches.ordered_at,
        last_touches.amount_cny
    from last_touches
    inner join journeys
        on
            last_touches.campaign_key = journeys.campaign_key
            and last_touches.customer_key = journeys.customer_key
    order by
        last_touches.campaign_key asc,
        last_touches.customer_key asc,
        coalesce(last_touches.ordered_at >= journeys.clicked_at, true) desc,
        last_touches.ordered_at asc,
        last_touches.order_id asc
),

complaints as (
    select
        facts.customer_key,
        facts.order_id,
        facts.feedback_key,
        null::text as case_id,
        facts.occurred_at as complained_at
    from {{ ref('fct_feedback') }} as facts
    where
        {{ is_complaint('facts') }}
        and {{ only_redone(
            'facts', 'redone_customer', by_customer, through_views=false
        ) }}
    union all
    select
        customer_key,
        order_id,
        null as feedback_key,
        case_id,
        opened_at as complained_at
    from cases
),

-- what names another order is not about this one; what names none may be
complained as (
    select distinct on (bought.campaign_key, bought.customer_key)
        bought.campaign_key,
        bought.customer_key,
        bought.order_id,
        complaints.feedback_key,
        complaints.case_id,
        complaints.complained_at
    from bought
    inner join complaints
        on
            bought.customer_key = complaints.customer_key
            and bought.ordered_at <= complaints.complained_at
            and complaints.complained_at < bought.ordered_at
            + make_interval(days => {{ days['complaint'] }})
            and coalesce(complaints.order_id, bought.order_id) = bought.order_id
    order by
        bought.campaign_key asc,
        bought.customer_key asc,
        complaints.complained_at asc,
        complaints.feedback_key asc,
        complaints.case_id asc
),

resolved as (
    select distinct on (complained.campaign_key, complained.customer_key)
        complained.campaign_key,
        complained.customer_key,
        cases.case_id,
        cases.resolved_at
    from complained
    inner join cases
        on
            complained.customer_key = cases.customer_key
            and complained.complained_at <= cases.resolved_at
            and cases.resolved_at < complained.complained_at
            + make_interval(days => {{ days['resolution'] }})
            and coalesce(cases.order_id, complained.order_id) = complained.order_id
    order by
        complained.campaign_key asc,
        complained.customer_key asc,
        cases.resolved_at asc,
        cases.case_id asc
),

followed as (
    select
        journeys.*,
        bought.order_id,
        bought.ordered_at,
        bought.amount_cny,
        complained.feedback_key as complaint_feedback_key,
        complained.case_id as complaint_case_id,
        complained.complained_at,
        resolved.case_id as resolved_case_id,
        resolved.resolved_at
    from journeys
    left join bought
        on
            journeys.campaign_key = bought.campaign_key
            and journeys.customer_key = bought.customer_key
    left join complained
        on
            journeys.campaign_key = complained.campaign_key
            and journeys.customer_key = complained.customer_key
    left join resolved
        on
            journeys.campaign_key = resolved.campaign_key
            and journeys.customer_key = resolved.customer_key
),

-- the next order after the last thing that happened
returned as (
    select
        followed.campaign_key,
        followed.customer_key,
        min(orders.ordered_at) as bought_again_at
    from followed
    inner join orders
        on
            followed.customer_key = orders.customer_key
            and followed.order_id <> orders.order_id
            and orders.ordered_at > coalesce(
                followed.resolved_at, followed.complained_at, followed.ordered_at
            )
            and orders.ordered_at < coalesce(
                followed.resolved_at, followed.complained_at, followed.ordered_at
            ) + make_interval(days => {{ days['repurchase'] }})
    group by followed.campaign_key, followed.customer_key
)

select
    -- keys
    followed.campaign_key,
    followed.customer_key,
    followed.order_id,
    followed.complaint_feedback_key,
    followed.complaint_case_id,
    followed.resolved_case_id,
    -- measures
    followed.amount_cny::numeric(38, 2) as amount_cny,
    -- flags
    coalesce(followed.clicked_at <= followed.ordered_at, false) as is_order_after_click,
    -- timestamps
    followed.seen_at,
    {{ local_date('followed.seen_at') }} as seen_date,
    followed.clicked_at,
    followed.ordered_at,
    followed.complained_at,
    followed.resolved_at,
    returned.bought_again_at
from followed
left join returned
    on
        followed.campaign_key = returned.campaign_key
        and followed.customer_key = returned.customer_key
