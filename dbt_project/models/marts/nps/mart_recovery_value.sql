-- Grain: one comparison of recovered customers' orders with others, and one outcome.
with recoveries as (
    select * from {{ source('stats', 'recovery_value') }}
)

select
    comparison,
    outcome,
    recovered_count,
    recovered_customer_count,
    compared_count,
    {{ rounded('recovered_mean') }} as recovered_mean,
    {{ rounded('compared_mean') }} as compared_mean,
    {{ rounded('expected_mean') }} as expected_mean,
    {{ rounded('difference') }} as difference,
    {{ rounded('difference_low') }} as difference_low,
    {{ rounded('difference_high') }} as difference_high,
    {{ holds_zero('difference_low', 'difference_high') }} as is_inside_noise,
    {{ rounded('imbalance_before', 3) }} as imbalance_before,
    {{ rounded('imbalance', 3) }} as imbalance
from recoveries
