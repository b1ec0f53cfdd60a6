-- Answers are lost or doubled between the facts and NPS, or the three groups do not
-- add up to the answers.
with facts as (
    select count(*) as response_count
    from {{ ref('fct_survey_response') }}
    where nps_score is not null
),

marts as (
    select
        coalesce(sum(response_count), 0) as response_count,
        coalesce(sum(promoter_count + passive_count + detractor_count), 0)
            as group_count
    from {{ ref('mart_nps') }}
)

select
    facts.response_count as fact_count,
    marts.response_count as mart_count,
    marts.group_count
from facts
cross join marts
where
    facts.response_count <> marts.response_count
    or marts.response_count <> marts.group_count
