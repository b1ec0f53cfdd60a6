-- Grain: one topic and the department that answers for it, over the last 12 months:
-- what its contacts cost, and those that came again.
with periods as (
    select * from {{ ref('dim_reporting_period') }}
    where period_slug = 'last_12_months'
),

unit_costs as (
    select * from {{ ref('contact_costs') }}
),

-- one contact is one feedback through a channel that staff answer
contacts as (
    select
        units.topic_slug,
        units.department_slug,
        units.feedback_key,
        units.customer_key,
        units.occurred_date,
        max(unit_costs.contact_cost_cny) as cost_cny
    from {{ ref('fct_opinion_unit') }} as units
    inner join periods
        on units.occurred_date between periods.first_month and periods.last_date
    inner join unit_costs
        on units.channel_slug = unit_costs.channel_slug
    where
        units.subject_slug = 'us'
        and units.is_relevant
        and units.topic_slug is not null
        and units.department_slug is not null
        and units.sentiment_label is distinct from 'positive'
    group by
        units.topic_slug,
        units.department_slug,
        units.feedback_key,
        units.customer_key,
        units.occurred_date
),

-- the same customer came with the same topic within 30 days before: solved at the first
-- contact, this one would not have been
repeats as (
    select
        *,
        coalesce(
            customer_key is not null
            and occurred_date - lag(occurred_date) over (
                partition by topic_slug, department_slug, customer_key
                order by occurred_date asc, feedback_key asc
            ) <= 30,
            false
        ) as is_repeat
    from contacts
),

cells as (
    select
        topic_slug,
        department_slug,
        count(*)::integer as contact_count,
        count(*) filter (where is_repeat)::integer as repeat_contact_count,
        count(distinct customer_key)::integer as customer_count,
        sum(cost_cny) as contact_cost_cny,
        coalesce(sum(cost_cny) filter (where is_repeat), 0) as repeat_cost_cny
    from repeats
    group by topic_slug, department_slug
),

order_totals as (
    select count(*) as order_count
    from {{ ref('fct_order') }} as orders
    inner join periods
        on orders.ordered_date between periods.first_month and periods.last_date
)

select
    cells.topic_slug,
    topics.topic_name_zh,
    topics.topic_name_en,
    cells.department_slug,
    departments.department_name_zh,
    departments.department_name_en,
    cells.contact_count,
    {{ shown('cells.repeat_contact_count', 'cells.contact_count') }}
        as repeat_contact_count,
    cells.customer_count,
    {{ shown(
        'round((100.0 * cells.repeat_contact_count / cells.contact_count), 2)'
        '::double precision',
        'cells.contact_count',
    ) }} as repeat_share_pct,
    {{ shown(
        wilson_bound('cells.repeat_contact_count', 'cells.contact_count', 'low'),
        'cells.contact_count',
    ) }} as repeat_share_low,
    {{ shown(
        wilson_bound('cells.repeat_contact_count', 'cells.contact_count', 'high'),
        'cells.contact_count',
    ) }} as repeat_share_high,
    {{ shown('cells.contact_cost_cny', 'cells.contact_count') }} as contact_cost_cny,
    {{ shown('cells.repeat_cost_cny', 'cells.contact_count') }} as repeat_cost_cny,
    {{ shown(
        'round((1000 * cells.contact_cost_cny / nullif(order_totals.order_count, 0))'
        '::numeric, 3)::double precision',
        'cells.contact_count',
    ) }} as contact_cost_per_1000_orders_cny,
    {{ sample_flags('cells.contact_count') }}
from cells
inner join {{ ref('dim_topic') }} as topics
    on cells.topic_slug = topics.topic_slug
inner join {{ ref('dim_department') }} as departments
    on cells.department_slug = departments.department_slug
cross join order_totals
