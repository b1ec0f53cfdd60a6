-- Units are lost or doubled between the facts and the journey by channel or by region:
-- a touchpoint, a channel or a region does not find its dimension.
with facts as (
    select count(*) as unit_count
    from {{ ref('fct_opinion_unit') }}
    where
        subject_slug = 'us'
        and is_relevant
        and touchpoint_slug is not null
),

by_channel as (
    select coalesce(sum(unit_count), 0) as unit_count
    from {{ ref('mart_journey_touchpoints') }}
),

by_region as (
    select coalesce(sum(unit_count), 0) as unit_count
    from {{ ref('mart_journey_region') }}
)

select
    facts.unit_count as fact_count,
    by_channel.unit_count as channel_count,
    by_region.unit_count as region_count
from facts
cross join by_channel
cross join by_region
where
    facts.unit_count <> by_channel.unit_count
    or facts.unit_count <> by_region.unit_count
