-- A cell of one to four voices stands beside others of its family: what it hides
-- follows from the family's total less the others.
with cells as (
    select
        'mart_nps' as mart,
        month::text as family,
        response_count as voices
    from {{ ref('mart_nps') }}
    union all
    select
        'mart_nps_region' as mart,
        month::text as family,
        response_count as voices
    from {{ ref('mart_nps_region') }}
    union all
    select
        'mart_satisfaction' as mart,
        month || ' ' || measure_slug as family,
        response_count as voices
    from {{ ref('mart_satisfaction') }}
    union all
    select
        'mart_survey_response' as mart,
        month::text as family,
        sent_count as voices
    from {{ ref('mart_survey_response') }}
    union all
    select
        'mart_journey_touchpoints' as mart,
        month::text as family,
        scored_count as voices
    from {{ ref('mart_journey_touchpoints') }}
    union all
    select
        'mart_journey_region' as mart,
        quarter || ' ' || touchpoint_slug as family,
        scored_count as voices
    from {{ ref('mart_journey_region') }}
)

select
    mart,
    family
from cells
where voices > 0
group by mart, family
having {{ is_suppressed('min(voices)') }} and count(*) > 1
