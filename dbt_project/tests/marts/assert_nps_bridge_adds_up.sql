-- The effects of a comparison do not add up to the move of NPS that they explain.
select
    comparison,
    dimension,
    sum(total_effect) as effects,
    max(nps_change) as nps_change
from {{ ref('mart_nps_bridge') }}
group by comparison, dimension
-- nps_change is rounded to two decimals
having abs(sum(total_effect) - max(nps_change)) > 0.006
