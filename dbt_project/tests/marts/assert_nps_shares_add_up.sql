-- The additive shares of a dimension do not add up to NPS: an answer was lost, doubled
-- or not shared out whole.
select
    dimension,
    sum(additive_share) as shares,
    max(nps) as nps
from {{ ref('mart_nps_drivers') }}
group by dimension
-- nps is rounded to two decimals
having abs(sum(additive_share) - max(nps)) > 0.006
