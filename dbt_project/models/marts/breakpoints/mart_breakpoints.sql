-- Grain: one directed pair of departments and kind of breakpoint, over the last 12
-- months.
with periods as (
    select * from {{ ref('dim_reporting_period') }}
    where period_slug = 'last_12_months'
),

breakpoints as (
    select
        breakpoints.*,
        breakpoints.occurred_date
        >= (periods.last_month - interval '2 months')::date as is_recent
    from {{ ref('fct_breakpoint') }} as breakpoints
    inner join periods
        on breakpoints.occurred_date between periods.first_month and periods.last_date
),

-- what all feedback of the last three months and of the nine before weighs
totals as (
    select
        coalesce(
            sum(feedback.dedup_weight) filter (
                where
                feedback.occurred_date
                >= (periods.last_month - interval '2 months')::date
            ),
            0
        ) as recent_weight,
        coalesce(
            sum(feedback.dedup_weight) filter (
                where
                feedback.occurred_date
                < (periods.last_month - interval '2 months')::date
            ),
            0
        ) as earlier_weight
    from {{ ref('fct_feedback') }} as feedback
    inner join periods
        on feedback.occurred_date between periods.first_month and periods.last_date
    where
        feedback.subject_slug = 'us'
        and feedback.is_relevant
),

counts as (
    select
        breakpoints.from_department_slug,
        breakpoints.to_department_slug,
        breakpoints.breakpoint_kind,
        count(*)::integer as feedback_count,
        count(distinct {{ voter_key('breakpoints') }})::integer as customer_count,
        -- near copies are one voice together
        sum(breakpoints.dedup_weight) as voice_weight,
        coalesce(
            sum(breakpoints.dedup_weight) filter (where breakpoints.is_recent), 0
        ) as recent_weight,
        coalesce(
            sum(breakpoints.dedup_weight) filter (where not breakpoints.is_recent), 0
        ) as earlier_weight,
        sum(breakpoints.intensity * breakpoints.dedup_weight)
        / sum(breakpoints.dedup_weight) filter (
            where breakpoints.intensity is not null
        ) as mean_intensity,
        coalesce(
            sum(breakpoints.dedup_weight) filter (where breakpoints.is_negative), 0
        ) as negative_weight
    from breakpoints
    group by
        breakpoints.from_department_slug,
        breakpoints.to_department_slug,
        breakpoints.breakpoint_kind
),

-- an order that two complaints name is still one order
orders as (
    select distinct
        breakpoints.from_department_slug,
        breakpoints.to_department_slug,
        breakpoints.breakpoint_kind,
        orders.order_id,
        orders.amount_cny
    from breakpoints
    inner join {{ ref('fct_order') }} as orders
        on breakpoints.order_id = orders.order_id
),

amounts as (
    select
        from_department_slug,
        to_department_slug,
        breakpoint_kind,
        count(*)::integer as order_count,
        sum(amount_cny) as order_amount_cny
    from orders
    group by from_department_slug, to_department_slug, breakpoint_kind
),

yearly_spend as (
    select
        orders.customer_key,
        sum(orders.amount_cny) as amount_cny
    from {{ ref('fct_order') }} as orders
    inner join periods
        on orders.ordered_date between periods.first_month and periods.last_date
    where orders.customer_key is not null
    group by orders.customer_key
),

-- what the customers concerned spent in the year: may be lost with them
customer_amounts as (
    select
        customers.from_department_slug,
        customers.to_department_slug,
        customers.breakpoint_kind,
        sum(yearly_spend.amount_cny) as customer_amount_cny
    from (
        select distinct
            from_department_slug,
            to_department_slug,
            breakpoint_kind,
            customer_key
        from breakpoints
    ) as customers
    inner join yearly_spend
        on customers.customer_key = yearly_spend.customer_key
    group by
        customers.from_department_slug,
        customers.to_department_slug,
        customers.breakpoint_kind
),

measured as (
    select
        counts.*,
        lifts.lift,
        lifts.lift_low,
        lifts.lift_high,
        lifts.q_value,
        coalesce(lifts.is_significant, false) as is_significant,
        coalesce(amounts.order_count, 0) as order_count,
        coalesce(amounts.order_amount_cny, 0)::double precision as order_amount_cny,
        coalesce(customer_amounts.customer_amount_cny, 0)::double precision
            as customer_amount_cny,
        {{ rate_ratio(
            'counts.recent_weight', 'totals.recent_weight',
            'counts.earlier_weight', 'totals.earlier_weight',
        ) }} as change_ratio,
        {{ rate_ratio_bound(
            'counts.recent_weight', 'totals.recent_weight',
            'counts.earlier_weight', 'totals.earlier_weight', 'low',
        ) }} as change_low,
        {{ rate_ratio_bound(
            'counts.recent_weight', 'totals.recent_weight',
            'counts.earlier_weight', 'totals.earlier_weight', 'high',
        ) }} as change_high,
        totals.earlier_weight > 0 as has_earlier
    from counts
    cross join totals
    left join amounts
        on
            counts.from_department_slug = amounts.from_department_slug
            and counts.to_department_slug = amounts.to_department_slug
            and counts.breakpoint_kind = amounts.breakpoint_kind
    left join customer_amounts
        on
            counts.from_department_slug = customer_amounts.from_department_slug
            and counts.to_department_slug = customer_amounts.to_department_slug
            and counts.breakpoint_kind = customer_amounts.breakpoint_kind
    left join {{ source('stats', 'breakpoint_lift') }} as lifts
        on
            counts.from_department_slug = lifts.from_department_slug
            and counts.to_department_slug = lifts.to_department_slug
            and counts.breakpoint_kind = lifts.breakpoint_kind
),

kinds as (
    select * from {{ ref('label_values') }}
    where vocabulary = 'breakpoint_kind'
)

select
    measured.from_department_slug,
    from_departments.department_name_zh as from_department_name_zh,
    from_departments.department_name_en as from_department_name_en,
    measured.to_department_slug,
    to_departments.department_name_zh as to_department_name_zh,
    to_departments.department_name_en as to_department_name_en,
    from_departments.department_name_zh || ' → ' || to_departments.department_name_zh
        as pair_label_zh,
    from_departments.department_name_en || ' → ' || to_departments.department_name_en
        as pair_label_en,
    measured.breakpoint_kind,
    kinds.name_zh as breakpoint_kind_name_zh,
    kinds.name_en as breakpoint_kind_name_en,
    measured.feedback_count,
    measured.customer_count,
    round(measured.voice_weight::numeric, 3)::double precision as voice_weight,
    {{ shown('measured.lift', 'measured.feedback_count') }} as lift,
    {{ shown('measured.lift_low', 'measured.feedback_count') }} as lift_low,
    {{ shown('measured.lift_high', 'measured.feedback_count') }} as lift_high,
    {{ shown('measured.q_value', 'measured.feedback_count') }} as q_value,
    measured.is_significant,
    {{ shown(
        'round(measured.mean_intensity::numeric, 2)::double precision',
        'measured.feedback_count',
    ) }} as mean_intensity,
    {{ shown(
        'round((100 * measured.negative_weight / measured.voice_weight)::numeric, 2)'
        '::double precision',
        'measured.feedback_count',
    ) }} as negative_share_pct,
    measured.order_count,
    {{ shown('measured.order_amount_cny', 'measured.feedback_count') }}
        as order_amount_cny,
    {{ shown('measured.customer_amount_cny', 'measured.feedback_count') }}
        as customer_amount_cny,
    case
        when measured.has_earlier
            then {{ shown(
                'round(measured.change_ratio::numeric, 3)::double precision',
                'measured.feedback_count',
            ) }}
    end as change_ratio,
    case
        when measured.has_earlier
            then {{ shown(
                'round(measured.change_low::numeric, 3)::double precision',
                'measured.feedback_count',
            ) }}
    end as change_low,
    case
        when measured.has_earlier
            then {{ shown(
                'round(measured.change_high::numeric, 3)::double precision',
                'measured.feedback_count',
            ) }}
    end as change_high,
    case
        when measured.has_earlier
            then {{ shown(
                '1 between measured.change_low and measured.change_high',
                'measured.feedback_count',
            ) }}
    end as is_inside_noise,
    {{ shown(
        breakpoint_severity(
            'measured.lift',
            'measured.mean_intensity',
            'measured.customer_count',
            'measured.order_amount_cny',
        ),
        'measured.feedback_count',
    ) }} as severity_score,
    {{ sample_flags('measured.feedback_count') }}
from measured
inner join {{ ref('dim_department') }} as from_departments
    on measured.from_department_slug = from_departments.department_slug
inner join {{ ref('dim_department') }} as to_departments
    on measured.to_department_slug = to_departments.department_slug
left join kinds
    on measured.breakpoint_kind = kinds.slug
