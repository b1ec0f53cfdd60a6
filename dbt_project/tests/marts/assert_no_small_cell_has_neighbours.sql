-- A cell of one to four voices stands beside others of its family: what it hides
-- follows from the family's total less the others.
{% set families = {
    'mart_nps': ('month', 'response_count'),
    'mart_nps_region': ('month', 'response_count'),
    'mart_satisfaction': ("month || ' ' || measure_slug", 'response_count'),
    'mart_survey_response': ('month', 'sent_count'),
    'mart_journey_touchpoints': ('month', 'scored_count'),
    'mart_journey_region': ("quarter || ' ' || touchpoint_slug", 'scored_count'),
} %}
{% set parts = [] %}
{% for mart, (family, voices) in families.items() %}
{% do parts.append(
    "select '" ~ mart ~ "' as mart, (" ~ family ~ ")::text as family, "
    ~ voices ~ " as voices from " ~ ref(mart)
) %}
{% endfor %}

with cells as (
    {{ parts | join(' union all ') }}
)

select
    mart,
    family
from cells
where voices > 0
group by mart, family
having {{ is_suppressed('min(voices)') }} and count(*) > 1
