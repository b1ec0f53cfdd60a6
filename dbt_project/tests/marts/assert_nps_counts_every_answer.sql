-- Answers are lost or doubled between the facts and NPS by channel or by region, or the
-- three groups of what is shown do not add up to its answers.
with facts as (
    select count(*) as response_count
    from {{ ref('fct_survey_response') }}
    where nps_score is not null
),

cells as (
    select
        'mart_nps' as mart,
        response_count,
        promoter_count + passive_count + detractor_count as group_count
    from {{ ref('mart_nps') }}
    union all
    select
        'mart_nps_region' as mart,
        response_count,
        promoter_count + passive_count + detractor_count as group_count
    from {{ ref('mart_nps_region') }}
),

marts as (
    select
        mart,
        sum(response_count) as response_count,
        sum(response_count) filter (where group_count is not null) as shown_count,
        sum(group_count) as group_count
    from cells
    group by mart
)

select
    marts.mart,
    facts.response_count as fact_count,
    marts.response_count as mart_count,
    marts.shown_count,
    marts.group_count
from facts
left join marts
    on true
where
    facts.response_count <> coalesce(marts.response_count, 0)
    or marts.shown_count <> marts.group_count
