-- Grain: one topic or touchpoint that answers of the last 12 months name, of either
-- dimension.
with drivers as (
    select * from {{ source('stats', 'nps_driver') }}
),

names as (
    {{ aspect_names(['topic', 'touchpoint']) }}
)

select
    drivers.dimension,
    drivers.aspect_slug,
    {{ aspect_name('drivers.aspect_slug', 'names.aspect_name_zh', 'zh') }}
        as aspect_name_zh,
    {{ aspect_name('drivers.aspect_slug', 'names.aspect_name_en', 'en') }}
        as aspect_name_en,
    drivers.first_date,
    drivers.last_date,
    drivers.total_answers,
    {{ rounded('drivers.nps') }} as nps,
    drivers.answer_count,
    drivers.complaint_count,
    {{ rounded('drivers.nps_of_named') }} as nps_of_named,
    {{ rounded('drivers.leave_one_out') }} as leave_one_out,
    {{ rounded('drivers.leave_one_out_low') }} as leave_one_out_low,
    {{ rounded('drivers.leave_one_out_high') }} as leave_one_out_high,
    -- not rounded: the shares add up to NPS
    drivers.additive_share,
    drivers.additive_low,
    drivers.additive_high,
    {{ rounded('drivers.relative_weight') }} as relative_weight_pct,
    {{ rounded('drivers.weight_low') }} as weight_low,
    {{ rounded('drivers.weight_high') }} as weight_high,
    {{ rounded('drivers.score_effect', 3) }} as score_effect,
    {{ rounded('drivers.effect_low', 3) }} as effect_low,
    {{ rounded('drivers.effect_high', 3) }} as effect_high,
    {{ rounded('drivers.q_value', 6) }} as q_value,
    drivers.is_significant,
    {{ rounded('100 * drivers.r_squared') }} as explained_pct,
    {{ is_small_sample('drivers.answer_count') }} as is_small_sample
from drivers
left join names
    on
        drivers.dimension = names.dimension
        and drivers.aspect_slug = names.aspect_slug
