-- Grain: one directed pair of departments and kind of breakpoint, over the last 12
-- months.
with periods as (
    select * from {{ ref('dim_reporting_period') }}
    where period_slug = 'last_12_months'
),

breakpoints as (
    select breakpoints.*
    from {{ ref('fct_breakpoint') }} as breakpoints
    inner join periods
        on breakpoints.occurred_date between periods.first_month and periods.last_date
),

counts as (
    select
        breakpoints.from_department_slug,
        breakpoints.to_department_slug,
        breakpoints.breakpoint_kind,
        count(*)::integer as feedback_count,
        count(distinct {{ voter_key('breakpoints') }})::integer as customer_count,
        avg(breakpoints.intensity)::double precision as mean_intensity,
        100 * avg(breakpoints.is_negative::integer)::double precision
            as negative_share_pct
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
        sum(amount_cny) as order_amount_cny
    from orders
    group by from_department_slug, to_department_slug, breakpoint_kind
),

measured as (
    select
        counts.*,
        lifts.lift,
        lifts.lift_low,
        lifts.lift_high,
        lifts.q_value,
        coalesce(lifts.is_significant, false) as is_significant,
        coalesce(amounts.order_amount_cny, 0)::double precision as order_amount_cny
    from counts
    left join amounts
        on
            counts.from_department_slug = amounts.from_department_slug
            and counts.to_department_slug = amounts.to_department_slug
            and counts.breakpoint_kind = amounts.breakpoint_kind
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
        'round(measured.negative_share_pct::numeric, 2)::double precision',
        'measured.feedback_count',
    ) }} as negative_share_pct,
    {{ shown('measured.order_amount_cny', 'measured.feedback_count') }}
        as order_amount_cny,
    {{ shown(
        breakpoint_severity(
            'measured.lift',
            'measured.mean_intensity',
            'measured.customer_count',
            'measured.order_amount_cny',
        ),
        'measured.feedback_count',
    ) }} as severity_score,
    {{ is_small_sample('measured.feedback_count') }} as is_small_sample,
    {{ is_suppressed('measured.feedback_count') }} as is_suppressed
from measured
inner join {{ ref('dim_department') }} as from_departments
    on measured.from_department_slug = from_departments.department_slug
inner join {{ ref('dim_department') }} as to_departments
    on measured.to_department_slug = to_departments.department_slug
left join kinds
    on measured.breakpoint_kind = kinds.slug
