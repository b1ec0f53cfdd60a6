-- Grain: one NPS group at a customer's first answer and one at the next.
with transitions as (
    select * from {{ source('stats', 'nps_transition') }}
)

select
    from_group,
    to_group,
    solved_from as solved_from_count,
    {{ shown('solved_to', 'solved_from') }} as solved_to_count,
    untreated_from as untreated_from_count,
    {{ shown('untreated_to', 'untreated_from') }} as untreated_to_count,
    open_case_from as untreated_case_count,
    {{ shown(rounded('solved_share'), 'solved_from') }} as solved_share_pct,
    {{ shown(rounded('solved_low'), 'solved_from') }} as solved_low,
    {{ shown(rounded('solved_high'), 'solved_from') }} as solved_high,
    {{ shown(rounded('untreated_share'), 'untreated_from') }} as untreated_share_pct,
    {{ shown(rounded('untreated_low'), 'untreated_from') }} as untreated_low,
    {{ shown(rounded('untreated_high'), 'untreated_from') }} as untreated_high,
    {{ shown(rounded('difference'), 'least(solved_from, untreated_from)') }}
        as difference,
    {{ shown(rounded('difference_low'), 'least(solved_from, untreated_from)') }}
        as difference_low,
    {{ shown(rounded('difference_high'), 'least(solved_from, untreated_from)') }}
        as difference_high,
    {{ shown(
        holds_zero('difference_low', 'difference_high'),
        'least(solved_from, untreated_from)',
    ) }} as is_inside_noise,
    {{ rounded('adjusted') }} as adjusted_difference,
    {{ rounded('adjusted_low') }} as adjusted_low,
    {{ rounded('adjusted_high') }} as adjusted_high,
    {{ rounded('imbalance', 3) }} as imbalance,
    {{ sample_flags('least(solved_from, untreated_from)') }}
from transitions
