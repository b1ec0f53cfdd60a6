-- Grain: one customer whose newest complaint nobody answered and who has gone quiet, or
-- who is new.
with clock as (
    -- the data's own clock
    select max(occurred_date) as today
    from {{ ref('fct_feedback') }}
    where
        subject_slug = 'us'
        and is_relevant
),

-- the newest of each customer who complained in the last year
complaints as (
    select distinct on (feedback.customer_key)
        feedback.feedback_key,
        feedback.customer_key,
        feedback.occurred_date,
        feedback.tenure_days
    from {{ ref('fct_feedback') }} as feedback
    cross join clock
    where
        feedback.occurred_date > clock.today - 365
        and feedback.subject_slug = 'us'
        and feedback.is_relevant
        and feedback.customer_key is not null
        and (
            feedback.sentiment_label = 'negative'
            or feedback.nps_score <= 6
            or feedback.csat_score <= 2
        )
    order by
        feedback.customer_key asc,
        feedback.occurred_date desc,
        feedback.feedback_key desc
),

-- to which no case of the next 30 days gave an answer
unanswered as (
    select complaints.*
    from complaints
    where
        -- as a join that finds nothing it would be planned for a single row
        not exists (
            select 1
            from {{ ref('fct_case') }} as cases
            where
                complaints.customer_key = cases.customer_key
                and cases.opened_date between complaints.occurred_date
                and complaints.occurred_date + 30
                and coalesce(cases.first_responded_at, cases.resolved_at) is not null
        )
),

-- every day on which one of these was heard of
contact_days as (
    select
        customer_key,
        ordered_date as contact_date
    from {{ ref('fct_order') }}
    where
        not is_cancelled
        and customer_key in (select unanswered.customer_key from unanswered)
    union distinct
    select
        customer_key,
        occurred_date as contact_date
    from {{ ref('fct_feedback') }}
    where customer_key in (select unanswered.customer_key from unanswered)
),

gaps as (
    select
        customer_key,
        contact_date,
        contact_date
        - lag(contact_date) over (
            partition by customer_key order by contact_date
        ) as gap_days
    from contact_days
),

rhythms as (
    select
        gaps.customer_key,
        max(gaps.contact_date) as last_contact_date,
        (count(gaps.gap_days))::integer as gap_count,
        percentile_cont(0.5) within group (order by gaps.gap_days) as usual_gap_days,
        percentile_cont(0.95) within group (order by gaps.gap_days) as limit_days
    from gaps
    group by gaps.customer_key
),

judged as (
    select
        unanswered.customer_key,
        unanswered.feedback_key,
        unanswered.occurred_date,
        rhythms.last_contact_date,
        rhythms.gap_count,
        rhythms.usual_gap_days,
        rhythms.limit_days,
        clock.today - rhythms.last_contact_date as silent_days,
        case
            -- three gaps are the least that a rhythm can be read from
            when
                rhythms.gap_count >= 3
                and rhythms.last_contact_date = unanswered.occurred_date
                and clock.today - rhythms.last_contact_date > rhythms.limit_days
                then 'gone_quiet'
            when unanswered.tenure_days <= 90
                then 'early_discontent'
        end as risk_kind
    from unanswered
    inner join rhythms
        on unanswered.customer_key = rhythms.customer_key
    cross join clock
),

at_risk as (
    select * from judged
    where risk_kind is not null
),

-- the touchpoint of the strongest words
touchpoint_votes as (
    select distinct on (units.feedback_key)
        units.feedback_key,
        units.touchpoint_slug
    from {{ ref('fct_opinion_unit') }} as units
    inner join at_risk
        on units.feedback_key = at_risk.feedback_key
    where
        units.sentiment_label = 'negative'
        and units.touchpoint_slug is not null
    order by
        units.feedback_key asc,
        units.intensity desc nulls last,
        units.unit_seq asc
),

spending as (
    {{ spending_last_year(ref('fct_order'), 'at_risk') }}
)

select
    at_risk.customer_key,
    at_risk.risk_kind,
    at_risk.feedback_key as complaint_feedback_key,
    at_risk.occurred_date as complained_date,
    touchpoint_votes.touchpoint_slug,
    touchpoints.touchpoint_name_zh,
    touchpoints.touchpoint_name_en,
    customers.region,
    at_risk.last_contact_date,
    at_risk.silent_days,
    at_risk.gap_count,
    round(at_risk.usual_gap_days::numeric, 1)::double precision as usual_gap_days,
    round(at_risk.limit_days::numeric, 1)::double precision as limit_days,
    coalesce(spending.spend_12m_cny, 0) as spend_12m_cny
from at_risk
left join {{ ref('dim_customer') }} as customers
    on at_risk.customer_key = customers.customer_key
left join touchpoint_votes
    on at_risk.feedback_key = touchpoint_votes.feedback_key
left join {{ ref('dim_touchpoint') }} as touchpoints
    on touchpoint_votes.touchpoint_slug = touchpoints.touchpoint_slug
left join spending
    on at_risk.customer_key = spending.customer_key
