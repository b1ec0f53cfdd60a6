-- Grain: one touchpoint of which somebody known complained in the last 12 months.
with periods as (
    select * from {{ ref('dim_reporting_period') }}
    where period_slug = 'last_12_months'
),

-- one customer, one vote, however often and wherever the complaint is copied
complainers as (
    select distinct
        units.touchpoint_slug,
        units.customer_key
    from {{ ref('fct_opinion_unit') }} as units
    inner join periods
        on units.occurred_date between periods.first_month and periods.last_date
    where
        units.subject_slug = 'us'
        and units.is_relevant
        and units.sentiment_label = 'negative'
        and units.touchpoint_slug is not null
        and units.customer_key is not null
),

spending as (
    select
        orders.customer_key,
        sum(orders.amount_cny) as spend_cny
    from {{ ref('fct_order') }} as orders
    inner join periods
        on orders.ordered_date between periods.first_month and periods.last_date
    where
        not orders.is_cancelled
        and orders.customer_key is not null
    group by orders.customer_key
),

values_at_stake as (
    select
        complainers.touchpoint_slug,
        count(*)::integer as customer_count,
        coalesce(sum(spending.spend_cny), 0)::double precision as spend_cny
    from complainers
    left join spending
        on complainers.customer_key = spending.customer_key
    group by complainers.touchpoint_slug
),

improvements as (
    select
        register.touchpoint_slug,
        count(*)::integer as improvement_count,
        coalesce(sum(register.cost_cny), 0)::double precision as cost_cny
    from {{ ref('fct_improvement') }} as register
    inner join periods
        on
            register.started_date <= periods.last_date
            and coalesce(register.ended_date, periods.last_date) >= periods.first_month
    where register.touchpoint_slug is not null
    group by register.touchpoint_slug
),

risks as (
    select
        at_stake.*,
        nodes.hazard_ratio,
        nodes.excess_churn_pct,
        nodes.q_value,
        at_stake.spend_cny * nodes.excess_churn_pct / 100 as revenue_at_risk,
        at_stake.spend_cny * nodes.excess_low / 100 as revenue_low,
        at_stake.spend_cny * nodes.excess_high / 100 as revenue_high,
        coalesce(improvements.improvement_count, 0) as improvement_count,
        coalesce(improvements.cost_cny, 0) as cost_cny
    from values_at_stake as at_stake
    left join {{ ref('mart_churn_nodes') }} as nodes
        on at_stake.touchpoint_slug = nodes.touchpoint_slug
    left join improvements
        on at_stake.touchpoint_slug = improvements.touchpoint_slug
)

select
    risks.touchpoint_slug,
    touchpoints.touchpoint_name_zh,
    touchpoints.touchpoint_name_en,
    touchpoints.touchpoint_order,
    risks.customer_count,
    {{ shown(rounded('risks.spend_cny'), 'risks.customer_count') }} as spend_cny,
    {{ shown('risks.hazard_ratio', 'risks.customer_count') }} as hazard_ratio,
    {{ shown('risks.excess_churn_pct', 'risks.customer_count') }} as excess_churn_pct,
    {{ shown(rounded('risks.revenue_at_risk'), 'risks.customer_count') }}
        as revenue_at_risk_cny,
    {{ shown(rounded('risks.revenue_low'), 'risks.customer_count') }} as revenue_low,
    {{ shown(rounded('risks.revenue_high'), 'risks.customer_count') }} as revenue_high,
    -- churn must stand up to the correction for many touchpoints as well
    {{ shown(
        holds_zero('risks.revenue_low', 'risks.revenue_high') ~ ' or risks.q_value >= 0.05',
        'risks.customer_count',
    ) }} as is_inside_noise,
    risks.improvement_count,
    {{ rounded('risks.cost_cny') }} as improvement_cost_cny,
    -- nothing is paid back out of what may be nothing
    case
        when risks.revenue_low > 0 and risks.q_value < 0.05 and risks.cost_cny > 0
            then
                {{ shown(
                    rounded('100 * risks.cost_cny / risks.revenue_at_risk'),
                    'risks.customer_count',
                ) }}
    end as break_even_reduction_pct,
    {{ sample_flags('risks.customer_count') }}
from risks
inner join {{ ref('dim_touchpoint') }} as touchpoints
    on risks.touchpoint_slug = touchpoints.touchpoint_slug
