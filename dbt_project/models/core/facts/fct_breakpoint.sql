-- Grain: one directed pair of departments between which one feedback fell through.
{% set own_complaint = (
    "units.sentiment_label = 'negative' or units.promise_role = 'breach'"
) %}

with feedback as (
    select * from {{ ref('fct_feedback') }}
    where
        subject_slug = 'us'
        and is_relevant
),

transfers as (
    select
        feedback_key,
        transfer_count
    from {{ ref('fct_interaction') }}
),

-- what each department is blamed for, or had promised
involved_units as (
    select
        units.feedback_key,
        units.unit_seq,
        units.department_slug,
        units.promise_role,
        units.intensity,
        {{ own_complaint }} as is_complaint,
        coalesce(units.effort < 0, false) as is_effortful,
        coalesce(
            units.touchpoint_slug in ('promotion', 'pricing', 'membership_points')
            and (units.cause_slug = 'unclear_terms' or units.intent_slug = 'question'),
            false
        ) as is_rule_question
    from {{ ref('fct_opinion_unit') }} as units
    inner join feedback
        on units.feedback_key = feedback.feedback_key
    where
        units.department_slug is not null
        and ({{ own_complaint }} or units.promise_role = 'promise')
),

-- one row per feedback and department
involved_departments as (
    select
        feedback_key,
        department_slug,
        min(unit_seq) as first_seq,
        min(unit_seq) filter (where is_complaint) as complaint_seq,
        min(unit_seq) filter (where promise_role = 'promise') as promise_seq,
        min(unit_seq) filter (where promise_role = 'breach') as breach_seq,
        max(intensity) filter (where is_complaint) as intensity,
        bool_or(is_effortful) as is_effortful,
        bool_or(is_rule_question) as is_rule_question
    from involved_units
    group by feedback_key, department_slug
),

pairs as (
    select
        earlier.feedback_key,
        earlier.department_slug as from_department_slug,
        later.department_slug as to_department_slug,
        -- the words that show it best: the promise and its breach, where there are any
        coalesce(earlier.promise_seq, earlier.first_seq) as from_unit_seq,
        coalesce(later.breach_seq, later.complaint_seq) as to_unit_seq,
        earlier.promise_seq is not null
        and later.breach_seq is not null as is_promise_broken,
        earlier.is_effortful or later.is_effortful as is_effortful,
        earlier.is_rule_question or later.is_rule_question as is_rule_question,
        greatest(earlier.intensity, later.intensity) as intensity,
        row_number() over (
            partition by
                earlier.feedback_key,
                least(earlier.department_slug, later.department_slug),
                greatest(earlier.department_slug, later.department_slug)
            order by
                -- who promised stands before who broke it; else who is named first
                (earlier.promise_seq is not null and later.breach_seq is not null) desc,
                earlier.first_seq asc,
                later.first_seq asc,
                earlier.department_slug asc
        ) as direction_rank
    from involved_departments as earlier
    inner join involved_departments as later
        on
            earlier.feedback_key = later.feedback_key
            and earlier.department_slug <> later.department_slug
    -- the second department must be complained about, the first at least named
    where later.complaint_seq is not null
)

select
    -- keys
    md5(
        pairs.feedback_key || '|' || pairs.from_department_slug
        || '|' || pairs.to_department_slug
    ) as breakpoint_key,
    pairs.feedback_key,
    pairs.from_department_slug,
    pairs.to_department_slug,
    case
        when
            pairs.is_promise_broken
            and pairs.from_department_slug in ('sales', 'ecommerce', 'marketing')
            then 'over_promise'
        when
            pairs.is_rule_question
            and (
                pairs.from_department_slug in ('store_operations', 'customer_service')
                or pairs.to_department_slug in ('store_operations', 'customer_service')
            )
            then 'rule_confusion'
        when pairs.is_effortful or transfers.transfer_count > 0 then 'handoff'
        else 'other'
    end as breakpoint_kind,
    case
        when pairs.is_promise_broken then 'promise_and_breach'
        else 'order_of_words'
    end as direction_basis,
    pairs.from_unit_seq,
    pairs.to_unit_seq,
    feedback.channel_slug,
    feedback.customer_key,
    feedback.author_key,
    feedback.order_id,
    feedback.region,
    -- measures
    pairs.intensity,
    feedback.dedup_weight,
    -- flags
    coalesce(feedback.sentiment_label = 'negative', false) as is_negative,
    -- timestamps
    feedback.occurred_date
from pairs
inner join feedback
    on pairs.feedback_key = feedback.feedback_key
left join transfers
    on pairs.feedback_key = transfers.feedback_key
where pairs.direction_rank = 1
