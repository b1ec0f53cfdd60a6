-- The contract holds a record in which nothing was said and nothing rated: a reason
-- code of int_feedback__unioned no longer catches it.
select feedback_key
from {{ ref('int_feedback') }}
where
    {{ loaded_since_tested() }}
    and text is null
    and turns is null
    and num_nonnulls(rating, nps_score, csat_score, ces_score) = 0
