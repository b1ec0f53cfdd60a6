-- Grain: one customer with a likely next issue: where, why, how likely, and what to do
-- first.
with next_issues as (
    select * from {{ source('stats', 'next_issue') }}
),

models as (
    select * from {{ source('stats', 'next_issue_model') }}
    where is_better
),

touchpoints as (
    select * from {{ ref('dim_touchpoint') }}
),

churn_nodes as (
    select * from {{ ref('mart_churn_nodes') }}
),

-- the data's own clock
clock as (
    select max(occurred_date) as today
    from {{ ref('fct_feedback') }}
    where
        subject_slug = 'us'
        and is_relevant
),

spending as (
    {{ spending_last_year(ref('fct_order'), 'next_issues') }}
),

open_cases as (
    select
        customer_key,
        count(*) as case_count
    from {{ ref('fct_case') }}
    where
        not is_resolved
        and customer_key is not null
    group by customer_key
),

described as (
    select
        next_issues.*,
        touchpoints.touchpoint_name_zh,
        touchpoints.touchpoint_name_en,
        touchpoints.department_slug,
        models.brier_skill,
        models.top_tenth_lift,
        models.expected_count,
        models.observed_count,
        coalesce(spending.spend_12m_cny, 0) as spend_12m_cny,
        case next_issues.last_event
            when 'order' then '下单'
            when 'resolved' then '投诉结案'
            else '抱怨「' || coalesce(last_touchpoints.touchpoint_name_zh, '其他') || '」'
        end as last_event_name_zh,
        case next_issues.last_event
            when 'order' then 'an order'
            when 'resolved' then 'a case that was resolved'
            else
                'a complaint about '
                || coalesce(last_touchpoints.touchpoint_name_en, 'something else')
        end as last_event_name_en,
        {{ rounded('100 * next_issues.probability', 1) }} as probability_pct,
        {{ rounded('100 * next_issues.base_rate', 1) }} as base_rate_pct
    from next_issues
    inner join models
        on next_issues.touchpoint_slug = models.touchpoint_slug
    inner join touchpoints
        on next_issues.touchpoint_slug = touchpoints.touchpoint_slug
    left join touchpoints as last_touchpoints
        on next_issues.last_touchpoint_slug = last_touchpoints.touchpoint_slug
    left join spending
        on next_issues.customer_key = spending.customer_key
)

select
    described.customer_key,
    described.touchpoint_slug,
    described.touchpoint_name_zh,
    described.touchpoint_name_en,
    described.department_slug,
    departments.department_name_zh,
    departments.department_name_en,
    customers.region,
    described.last_event as last_event_slug,
    described.last_touchpoint_slug,
    described.last_event_date,
    described.days_since,
    described.last_event_name_zh
    || '后 ' || described.days_since || ' 天：30 天内抱怨「'
    || described.touchpoint_name_zh || '」的可能为 ' || described.probability_pct
    || ' %，平时 ' || described.base_rate_pct || ' %' as reason_zh,
    described.days_since || ' days after ' || described.last_event_name_en
    || ': chance of a complaint about ' || described.touchpoint_name_en
    || ' within 30 days is ' || described.probability_pct || ' %, usually '
    || described.base_rate_pct || ' %' as reason_en,
    described.probability_pct,
    {{ rounded('100 * described.probability_low', 1) }} as probability_low,
    {{ rounded('100 * described.probability_high', 1) }} as probability_high,
    described.base_rate_pct,
    {{ rounded('described.probability / described.base_rate') }} as lift,
    described.watched_count,
    {{ rounded('100 * described.brier_skill', 3) }} as brier_skill_pct,
    {{ rounded('described.top_tenth_lift') }} as top_tenth_lift,
    {{ rounded(
        'described.observed_count / nullif(described.expected_count, 0)'
    ) }} as observed_per_expected,
    described.spend_12m_cny,
    {{ rounded('described.probability * described.spend_12m_cny') }}
        as spend_at_stake_cny,
    {{ rounded(
        'described.probability * described.spend_12m_cny'
        ' * greatest(churn_nodes.excess_churn_pct, 0) / 100'
    ) }} as expected_loss_cny,
    actions.action_zh,
    actions.action_en,
    open_cases.case_count is not null as has_open_case,
    {{ is_small_sample('described.watched_count') }} as is_small_sample
from described
inner join {{ ref('dim_department') }} as departments
    on described.department_slug = departments.department_slug
left join {{ ref('proactive_actions') }} as actions
    on described.department_slug = actions.department_slug
left join {{ ref('dim_customer') }} as customers
    on described.customer_key = customers.customer_key
left join churn_nodes
    on described.touchpoint_slug = churn_nodes.touchpoint_slug
left join open_cases
    on described.customer_key = open_cases.customer_key
