-- Units are lost or doubled between the facts and the journey: a touchpoint, a channel
-- or a region does not find its dimension.
with facts as (
    select count(*) as unit_count
    from {{ ref('fct_opinion_unit') }}
    where
        subject_slug = 'us'
        and is_relevant
        and touchpoint_slug is not null
),

marts as (
    select coalesce(sum(unit_count), 0) as unit_count
    from {{ ref('mart_journey_touchpoints') }}
)

select
    facts.unit_count as fact_count,
    marts.unit_count as mart_count
from facts
cross join marts
where facts.unit_count <> marts.unit_count
