-- Grain: one topic or touchpoint and comparison of two periods, of either dimension.
with effects as (
    select * from {{ source('stats', 'nps_bridge') }}
),

names as (
    {{ aspect_names(['topic', 'touchpoint']) }}
)

select
    effects.comparison,
    effects.dimension,
    effects.aspect_slug,
    {{ aspect_name('effects.aspect_slug', 'names.aspect_name_zh', 'zh') }}
        as aspect_name_zh,
    {{ aspect_name('effects.aspect_slug', 'names.aspect_name_en', 'en') }}
        as aspect_name_en,
    effects.before_first_date,
    effects.after_first_date,
    effects.after_last_date,
    effects.total_before,
    effects.total_after,
    {{ rounded('effects.nps_before') }} as nps_before,
    {{ rounded('effects.nps_after') }} as nps_after,
    {{ rounded('effects.nps_after - effects.nps_before') }} as nps_change,
    {{ rounded('effects.nps_change_low') }} as nps_change_low,
    {{ rounded('effects.nps_change_high') }} as nps_change_high,
    {{ holds_zero('effects.nps_change_low', 'effects.nps_change_high') }}
        as is_change_inside_noise,
    effects.answers_before,
    effects.answers_after,
    effects.complaints_before,
    effects.complaints_after,
    {{ rounded(
        '100.0 * effects.complaints_after / nullif(effects.complaints_before, 0) - 100', 1
    ) }} as complaint_change_pct,
    -- not rounded: the effects add up to the move
    effects.mix_effect,
    effects.mix_effect_low as mix_low,
    effects.mix_effect_high as mix_high,
    effects.rate_effect,
    effects.rate_effect_low as rate_low,
    effects.rate_effect_high as rate_high,
    effects.total_effect,
    effects.total_effect_low as total_low,
    effects.total_effect_high as total_high,
    {{ holds_zero('effects.total_effect_low', 'effects.total_effect_high') }}
        as is_inside_noise,
    {{ is_small_sample('least(effects.answers_before, effects.answers_after)') }}
        as is_small_sample
from effects
left join names
    on
        effects.dimension = names.dimension
        and effects.aspect_slug = names.aspect_slug
