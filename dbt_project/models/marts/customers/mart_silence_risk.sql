-- Grain: one customer whose newest complaint nobody answered and who has gone quiet, or
-- who is new.
with complaints as (
    -- the newest of each customer
    select distinct on (customer_key)
        feedback_key,
        customer_key,
        occurred_date,
        tenure_days
    from {{ ref('fct_feedback') }}
    where
        subject_slug = 'us'
        and is_relevant
        and customer_key is not null
        and (sentiment_label = 'negative' or nps_score <= 6 or csat_score <= 2)
    order by customer_key asc, occurred_date desc, feedback_key desc
),

-- the data's own clock
clock as (
    select max(occurred_date) as today
    from {{ ref('fct_feedback') }}
    where
        subject_slug = 'us'
        and is_relevant
),

-- a complaint of the last year to which no case of the next 30 days gave an answer
unanswered as (
    select complaints.*
    from complaints
    cross join clock
    where
        complaints.occurred_date > clock.today - 365
        -- as a join that finds nothing it would be planned for a single row
        and not exists (
            select 1
            from {{ ref('fct_case') }} as cases
            where
                complaints.customer_key = cases.customer_key
                and cases.opened_date between complaints.occurred_date
                and complaints.occurred_date + 30
                and coalesce(cases.first_responded_at, cases.resolved_at) is not null
        )
),

-- every day on which the customer was heard of
contact_days as (
    select
        customer_key,
        ordered_date as contact_date
    from {{ ref('fct_order') }}
    where
        customer_key is not null
        and not is_cancelled
    union distinct
    select
        customer_key,
        occurred_date as contact_date
    from {{ ref('fct_feedback') }}
    where customer_key is not null
),

gaps as (
    select
        days.customer_key,
        days.contact_date,
        days.contact_date
        - lag(days.contact_date) over (
            partition by days.customer_key order by days.contact_date
        ) as gap_days
    from contact_days as days
    inner join unanswered
        on days.customer_key = unanswered.customer_key
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

-- the touchpoint of the strongest words
touchpoint_votes as (
    select distinct on (units.feedback_key)
        units.feedback_key,
        units.touchpoint_slug
    from {{ ref('fct_opinion_unit') }} as units
    inner join unanswered
        on units.feedback_key = unanswered.feedback_key
    where
        units.sentiment_label = 'negative'
        and units.touchpoint_slug is not null
    order by
        units.feedback_key asc,
        units.intensity desc nulls last,
        units.unit_seq asc
),

spending as (
    {{ spending_last_year(ref('fct_order')) }}
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
)

select
    judged.customer_key,
    judged.risk_kind,
    judged.feedback_key as complaint_feedback_key,
    judged.occurred_date as complained_date,
    touchpoint_votes.touchpoint_slug,
    touchpoints.touchpoint_name_zh,
    touchpoints.touchpoint_name_en,
    customers.region,
    judged.last_contact_date,
    judged.silent_days,
    judged.gap_count,
    round(judged.usual_gap_days::numeric, 1)::double precision as usual_gap_days,
    round(judged.limit_days::numeric, 1)::double precision as limit_days,
    coalesce(spending.spend_12m_cny, 0) as spend_12m_cny
from judged
left join {{ ref('dim_customer') }} as customers
    on judged.customer_key = customers.customer_key
left join touchpoint_votes
    on judged.feedback_key = touchpoint_votes.feedback_key
left join {{ ref('dim_touchpoint') }} as touchpoints
    on touchpoint_votes.touchpoint_slug = touchpoints.touchpoint_slug
left join spending
    on judged.customer_key = spending.customer_key
where judged.risk_kind is not null
