-- Feedback that passed the contract is missing from the facts, or doubled there: a
-- join in fct_feedback drops or fans out.
-- Once a week; every night the exit gate counts both (warehouse/equations.py).
with contract as (
    select
        source_slug,
        count(*) as feedback_count
    from {{ ref('int_feedback_context') }}
    where {{ not_tested_this_week() }}
    group by source_slug
),

facts as (
    select
        source_slug,
        count(*) as feedback_count
    from {{ ref('fct_feedback') }}
    where {{ not_tested_this_week() }}
    group by source_slug
)

select
    coalesce(contract.source_slug, facts.source_slug) as source_slug,
    contract.feedback_count as contract_count,
    facts.feedback_count as fact_count
from contract
full outer join facts
    on contract.source_slug = facts.source_slug
where contract.feedback_count is distinct from facts.feedback_count
