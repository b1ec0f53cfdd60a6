-- Invitations are lost or doubled between the facts and the response rates.
with facts as (
    select count(*) as invitation_count from {{ ref('fct_survey_invitation') }}
),

marts as (
    select coalesce(sum(invitation_count), 0) as invitation_count
    from {{ ref('mart_survey_response') }}
)

select
    facts.invitation_count as fact_count,
    marts.invitation_count as mart_count
from facts
cross join marts
where facts.invitation_count <> marts.invitation_count
