-- Opinion units that belong to a fact are missing from fct_opinion_unit.
-- Once a week; every night the exit gate counts both (warehouse/equations.py).
with labelled as (
    select count(*) as unit_count
    from {{ source('nlp', 'opinion_units') }} as opinion_units
    inner join {{ ref('fct_feedback') }} as feedback
        on
            opinion_units.feedback_key = feedback.feedback_key
            and opinion_units.pipeline_version = feedback.pipeline_version
    where
        opinion_units.speaker = 'customer'
        and {{ not_tested_this_week() }}
),

facts as (
    select count(*) as unit_count
    from {{ ref('fct_opinion_unit') }}
    where {{ not_tested_this_week() }}
)

select
    labelled.unit_count as labelled_count,
    facts.unit_count as fact_count
from labelled
cross join facts
where labelled.unit_count <> facts.unit_count
