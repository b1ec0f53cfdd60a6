-- Grain: one customer reached by one campaign, with the moments of what followed.
-- Rule: an order belongs to the customer's last contact with any campaign in the days
-- before it (last touch, var funnel_days.order). It belongs to one campaign alone, and
-- is not thereby caused by it.
{{ config(
    indexes=[
        {'columns': ['campaign_key', 'customer_key'], 'unique': true},
    ],
    meta={
        'reads_all_history':
            'orders, complaints and solved cases of three months reopen a journey',
    },
) }}

{% set days = var('funnel_days') %}

with touches as (
    select * from {{ ref('fct_campaign_touch') }}
    where
        campaign_key is not null
        and customer_key is not null
),

orders as (
    select * from {{ ref('fct_order') }}
    where
        not is_cancelled
        and customer_key is not null
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
        last_touches.ordered_at
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
        customer_key,
        order_id,
        occurred_at as complained_at
    from {{ ref('fct_feedback') }}
    where
        subject_slug = 'us'
        and is_relevant
        and sentiment_label = 'negative'
        and customer_key is not null
    union all
    select
        customer_key,
        order_id,
        opened_at as complained_at
    from {{ ref('fct_case') }}
    where
        case_type in ('complaint', 'safety')
        and customer_key is not null
),

-- what names another order is not about this one; what names none may be
complained as (
    select
        bought.campaign_key,
        bought.customer_key,
        min(complaints.complained_at) as complained_at
    from bought
    inner join complaints
        on
            bought.customer_key = complaints.customer_key
            and bought.ordered_at <= complaints.complained_at
            and complaints.complained_at < bought.ordered_at
            + make_interval(days => {{ days['complaint'] }})
            and coalesce(complaints.order_id, bought.order_id) = bought.order_id
    group by bought.campaign_key, bought.customer_key
),

resolved as (
    select
        complained.campaign_key,
        complained.customer_key,
        min(cases.resolved_at) as resolved_at
    from complained
    inner join bought
        on
            complained.campaign_key = bought.campaign_key
            and complained.customer_key = bought.customer_key
    inner join {{ ref('fct_case') }} as cases
        on
            complained.customer_key = cases.customer_key
            and complained.complained_at <= cases.resolved_at
            and cases.resolved_at < complained.complained_at
            + make_interval(days => {{ days['resolution'] }})
            and coalesce(cases.order_id, bought.order_id) = bought.order_id
    where cases.case_type in ('complaint', 'safety')
    group by complained.campaign_key, complained.customer_key
),

followed as (
    select
        journeys.*,
        bought.order_id,
        bought.ordered_at,
        complained.complained_at,
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
