-- Grain: one directed pair of departments between which one feedback fell through.
-- Incremental: begin_breakpoints() says what a night looks at anew.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    meta={'follows': [
        'fct_feedback', 'fct_opinion_unit', 'fct_interaction', 'fct_case',
        'fct_case_event',
    ]},
    pre_hook="{{ begin_breakpoints() }}",
    post_hook="{{ save_progress(
        follows=['feedback', 'case_feedback', 'call_feedback', 'team']
    ) }}",
) }}

{% set own_complaint = (
    "units.sentiment_label = 'negative' or units.promise_role = 'breach'"
) %}
-- the customer says so, or complains right behind the quoted promise (「导购说上门免费，师傅
-- 张口就要一百」)
{% set promise_is_broken = (
    "earlier.promise_seq is not null and (later.breach_seq is not null"
    " or later.complaint_seq = earlier.promise_seq + 1)"
) %}

with feedback as (
    select facts.*
    from {{ ref('fct_feedback') }} as facts
    where
        facts.subject_slug = 'us'
        and facts.is_relevant
        and {{ only_redone(
            'facts', 'redone_row', {'feedback_key': 'row_key'}, through_views=false
        ) }}
),

transfers as (
    select
        feedback_key,
        transfer_count
    from {{ ref('fct_interaction') }}
),

-- a case that came of the feedback and was handed from one department to another
case_transfers as (
    select distinct
        cases.feedback_key,
        from_teams.department_slug as from_department_slug,
        to_teams.department_slug as to_department_slug
    from {{ ref('fct_case_event') }} as case_events
    inner join {{ ref('fct_case') }} as cases
        on case_events.case_id = cases.case_id
    inner join {{ ref('dim_team') }} as from_teams
        on case_events.from_team_id = from_teams.team_id
    inner join {{ ref('dim_team') }} as to_teams
        on case_events.to_team_id = to_teams.team_id
    where
        case_events.event_kind = 'transferred'
        and cases.feedback_key is not null
        and {{ only_redone(
            'cases', 'redone_row', {'feedback_key': 'row_key'}, through_views=false
        ) }}
        and from_teams.department_slug <> to_teams.department_slug
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

shared_feedback as (
    select feedback_key
    from involved_departments
    group by feedback_key
    having count(*) > 1
),

-- words about the handing over itself often name no department: they count for the
-- whole feedback
quarrels as (
    select
        units.feedback_key,
        bool_or({{ says_ownership_dispute('units.redacted_text') }}) as is_disputed,
        bool_or({{ says_told_again('units.redacted_text') }}) as is_told_again
    from {{ ref('fct_opinion_unit') }} as units
    inner join shared_feedback
        on units.feedback_key = shared_feedback.feedback_key
    where units.sentiment_label is distinct from 'positive'
    group by units.feedback_key
),

pairs as (
    select
        earlier.feedback_key,
        earlier.department_slug as from_department_slug,
        later.department_slug as to_department_slug,
        -- the words that show it best: the promise and its breach, where there are any
        coalesce(earlier.promise_seq, earlier.first_seq) as from_unit_seq,
        coalesce(later.breach_seq, later.complaint_seq) as to_unit_seq,
        {{ promise_is_broken }} as is_promise_broken,
        case_transfers.feedback_key is not null as is_case_transferred,
        earlier.is_effortful or later.is_effortful as is_effortful,
        earlier.is_rule_question or later.is_rule_question as is_rule_question,
        greatest(earlier.intensity, later.intensity) as intensity,
        row_number() over (
            partition by
                earlier.feedback_key,
                least(earlier.department_slug, later.department_slug),
                greatest(earlier.department_slug, later.department_slug)
            order by
                -- who promised stands before who broke it; else who handed the case on;
                -- else who is named first
                ({{ promise_is_broken }}) desc,
                (case_transfers.feedback_key is not null) desc,
                earlier.first_seq asc,
                later.first_seq asc,
                earlier.department_slug asc
        ) as direction_rank
    from involved_departments as earlier
    inner join involved_departments as later
        on
            earlier.feedback_key = later.feedback_key
            and earlier.department_slug <> later.department_slug
    left join case_transfers
        on
            earlier.feedback_key = case_transfers.feedback_key
            and earlier.department_slug = case_transfers.from_department_slug
            and later.department_slug = case_transfers.to_department_slug
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
        -- an offer that the counter does not know is a rule that nobody explained to it
        when
            pairs.is_promise_broken
            and pairs.from_department_slug in ('marketing', 'membership')
            and pairs.to_department_slug in ('store_operations', 'customer_service')
            then 'rule_confusion'
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
        when quarrels.is_disputed then 'ownership_dispute'
        when quarrels.is_told_again then 'told_again'
        when
            pairs.is_effortful
            or pairs.is_case_transferred
            or transfers.transfer_count > 0
            then 'handoff'
        else 'other'
    end as breakpoint_kind,
    case
        when pairs.is_promise_broken then 'promise_and_breach'
        when pairs.is_case_transferred then 'transfer_of_case'
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
left join quarrels
    on pairs.feedback_key = quarrels.feedback_key
left join transfers
    on pairs.feedback_key = transfers.feedback_key
where pairs.direction_rank = 1
