-- Grain: one week, scope and label: did the mix of its values move?
with judged as (
    select * from {{ source('stats', 'label_drift') }}
)

select
    week,
    scope_kind,
    scope_slug,
    label,
    week = max(week) over () as is_newest_week,
    round(week_weight::numeric, 2)::double precision as week_weight,
    round(reference_weight::numeric, 2)::double precision as reference_weight,
    reference_weeks,
    round(psi::numeric, 4)::double precision as psi,
    round(psi_by_chance::numeric, 4)::double precision as psi_by_chance,
    round(p_value::numeric, 6)::double precision as p_value,
    round(q_value::numeric, 6)::double precision as q_value,
    moved_value,
    round((100 * share_before)::numeric, 2)::double precision as share_before_pct,
    round((100 * share_now)::numeric, 2)::double precision as share_now_pct,
    round((100 * (share_now - share_before))::numeric, 2)::double precision
        as share_change,
    verdict,
    verdict in ('moved', 'moved_strongly') as is_moved,
    case when verdict <> 'too_few' then verdict = 'stable' end as is_inside_noise,
    {{ is_small_sample('week_weight') }} as is_small_sample,
    pipeline_version
from judged
