-- Grain: one customer of the CRM, over all that is known at the newest feedback.
-- Reads all history: a customer's last order and last answer may lie years back.
with clock as (
    -- the data's own clock
    select max(occurred_date) as today
    from {{ ref('fct_feedback') }}
    where
        subject_slug = 'us'
        and is_relevant
),

orders as (
    select
        orders.customer_key,
        count(*)::integer as order_count,
        sum(orders.amount_cny)::double precision as spend_cny,
        coalesce(
            sum(orders.amount_cny)
            filter (where orders.ordered_date > clock.today - 365), 0
        )::double precision as spend_12m_cny,
        max(orders.ordered_date) as last_order_date
    from {{ ref('fct_order') }} as orders
    cross join clock
    where
        not orders.is_cancelled
        and orders.customer_key is not null
    group by orders.customer_key
),

voices as (
    select
        feedback.customer_key,
        count(*)::integer as feedback_count,
        (count(*) filter (where feedback.sentiment_label = 'negative'))::integer
            as complaint_count,
        (count(*) filter (where feedback.channel_slug = 'call'))::integer as call_count,
        (
            count(*) filter (
                where
                feedback.channel_slug = 'call'
                and feedback.occurred_date > clock.today - 365
            )
        )::integer as call_12m_count,
        (
            count(*) filter (
                where
                feedback.channel_slug in (
                    'review', 'social', 'app_store', 'complaint_portal'
                )
                and feedback.occurred_date > clock.today - 365
            )
        )::integer as public_12m_count,
        max(feedback.occurred_date) as last_feedback_date
    from {{ ref('fct_feedback') }} as feedback
    cross join clock
    where
        feedback.customer_key is not null
        and feedback.subject_slug = 'us'
        and feedback.is_relevant
    group by feedback.customer_key
),

answers as (
    select distinct on (customer_key)
        customer_key,
        nps_score,
        nps_group,
        submitted_date
    from {{ ref('fct_survey_response') }}
    where
        customer_key is not null
        and nps_score is not null
    order by customer_key asc, submitted_at desc, feedback_key desc
),

cases as (
    select
        customer_key,
        count(*)::integer as case_count,
        (count(*) filter (where not is_resolved))::integer as open_case_count
    from {{ ref('fct_case') }}
    where customer_key is not null
    group by customer_key
),

-- one vote per feedback and topic
issue_votes as (
    select
        units.customer_key,
        units.topic_slug,
        row_number() over (
            partition by units.customer_key
            order by
                count(distinct units.feedback_key) desc,
                max(units.occurred_date) desc,
                units.topic_slug asc
        ) as issue_rank
    from {{ ref('fct_opinion_unit') }} as units
    cross join clock
    where
        units.customer_key is not null
        and units.topic_slug is not null
        and units.sentiment_label = 'negative'
        and units.subject_slug = 'us'
        and units.is_relevant
        and units.occurred_date > clock.today - 365
    group by units.customer_key, units.topic_slug
)

select
    customers.customer_key,
    customers.region,
    customers.segment,
    customers.member_tier,
    customers.age_band,
    coalesce(orders.order_count, 0) as order_count,
    coalesce(orders.spend_cny, 0) as spend_cny,
    coalesce(orders.spend_12m_cny, 0) as spend_12m_cny,
    -- 10 is the tenth that spent most
    (
        ntile(10) over (
            order by coalesce(orders.spend_12m_cny, 0) asc, customers.customer_key asc
        )
    )::integer as spend_decile,
    orders.last_order_date,
    coalesce(voices.feedback_count, 0) as feedback_count,
    coalesce(voices.complaint_count, 0) as complaint_count,
    coalesce(voices.call_count, 0) as call_count,
    voices.last_feedback_date,
    answers.nps_score as last_nps_score,
    answers.nps_group as last_nps_group,
    answers.submitted_date as last_nps_date,
    coalesce(cases.case_count, 0) as case_count,
    coalesce(cases.open_case_count, 0) as open_case_count,
    issue_votes.topic_slug as top_issue_slug,
    topics.topic_name_zh as top_issue_name_zh,
    topics.topic_name_en as top_issue_name_en,
    coalesce(voices.public_12m_count, 0) > 0 as is_public_voice,
    coalesce(voices.call_12m_count, 0) >= 3 as is_frequent_caller
from {{ ref('dim_customer') }} as customers
left join orders
    on customers.customer_key = orders.customer_key
left join voices
    on customers.customer_key = voices.customer_key
left join answers
    on customers.customer_key = answers.customer_key
left join cases
    on customers.customer_key = cases.customer_key
left join issue_votes
    on
        customers.customer_key = issue_votes.customer_key
        and issue_votes.issue_rank = 1
left join {{ ref('dim_topic') }} as topics
    on issue_votes.topic_slug = topics.topic_slug
