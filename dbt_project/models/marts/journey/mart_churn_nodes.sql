-- Grain: one touchpoint with enough complaints to say whether they go with churn.
with hazards as (
    select * from {{ source('stats', 'churn_hazard') }}
),

touchpoints as (
    select * from {{ ref('dim_touchpoint') }}
)

select
    hazards.touchpoint_slug,
    touchpoints.touchpoint_name_zh,
    touchpoints.touchpoint_name_en,
    touchpoints.touchpoint_order,
    hazards.spell_count,
    hazards.churned_count,
    hazards.exposed_count,
    hazards.exposed_customer_count,
    hazards.exposed_churned_count,
    {{ rounded('100.0 * hazards.exposed_churned_count / hazards.exposed_count') }}
        as exposed_churn_pct,
    {{ rounded(
        '100.0 * (hazards.churned_count - hazards.exposed_churned_count)'
        ' / nullif(hazards.spell_count - hazards.exposed_count, 0)'
    ) }} as other_churn_pct,
    {{ rounded('hazards.hazard_ratio', 3) }} as hazard_ratio,
    {{ rounded('hazards.hazard_low', 3) }} as hazard_low,
    {{ rounded('hazards.hazard_high', 3) }} as hazard_high,
    {{ rounded('100 * hazards.excess_churn') }} as excess_churn_pct,
    {{ rounded('100 * hazards.excess_low') }} as excess_low,
    {{ rounded('100 * hazards.excess_high') }} as excess_high,
    {{ rounded('hazards.q_value', 6) }} as q_value,
    hazards.is_churn_node,
    {{ rounded('hazards.events_per_parameter', 1) }} as events_per_parameter
from hazards
inner join touchpoints
    on hazards.touchpoint_slug = touchpoints.touchpoint_slug
