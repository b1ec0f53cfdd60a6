-- Grain: one invitation to answer a survey, sent or held back.
{{ config(meta={
    'reads_all_history':
        'whether an invitation came too early depends on those before it',
}) }}

with invitations as (
    select
        *,
        -- one that was held back says so; a customer may also opt out on receiving one
        state not in ('suppressed', 'opted_out') or delivered_at is not null as is_sent
    from {{ ref('stg_surveys__invitations') }}
    where not is_deleted
),

spaced as (
    select
        *,
        -- by the asks that were sent; one that was held back is judged, too
        max(
            case
                when is_sent
                    then sent_at + interval '{{ var("days_between_asks") }} days'
            end
        ) over (
            partition by customer_id
            order by sent_at asc, invitation_id asc
            rows between unbounded preceding and 1 preceding
        ) as too_early_until
    from invitations
),

customers as (
    select * from {{ ref('dim_customer') }}
),

stores as (
    select * from {{ ref('dim_store') }}
),

agents as (
    select * from {{ ref('dim_agent') }}
),

feedback as (
    select * from {{ ref('fct_feedback') }}
    where source_slug = 'surveys'
)

select
    -- keys
    spaced.invitation_id,
    spaced.survey_slug,
    spaced.invitation_channel,
    customers.customer_key,
    stores.store_key,
    agents.agent_key,
    spaced.order_id,
    feedback.feedback_key,
    -- attributes
    spaced.state,
    spaced.suppressed_reason,
    -- measures
    extract(epoch from spaced.completed_at - spaced.sent_at)::double precision
        as seconds_to_answer,
    -- flags
    spaced.is_sent,
    spaced.is_sent
    and (
        spaced.delivered_at is not null
        or spaced.state in ('delivered', 'started', 'completed')
    ) as is_delivered,
    spaced.is_sent
    and (spaced.started_at is not null or spaced.state in ('started', 'completed'))
        as is_started,
    spaced.is_sent and spaced.state = 'completed' as is_completed,
    case
        when spaced.customer_id is not null
            then spaced.sent_at < coalesce(spaced.too_early_until, '-infinity')
    end as is_within_seven_days,
    -- timestamps
    spaced.sent_at,
    spaced.delivered_at,
    spaced.started_at,
    spaced.completed_at,
    {{ local_date('spaced.sent_at') }} as sent_date
from spaced
left join customers
    on {{ crm_key('spaced.customer_id') }} = customers.customer_key
left join stores
    on {{ crm_key('spaced.store_id') }} = stores.store_key
left join agents
    on {{ crm_key('spaced.agent_id') }} = agents.agent_key
left join feedback
    on {{ feedback_key("'surveys'", 'spaced.response_id') }} = feedback.feedback_key
