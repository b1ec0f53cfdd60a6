-- Grain: one invitation to answer a survey, sent or held back. Incremental: a night
-- makes all invitations of those customers anew of whom one changed, see
-- begin_invitations().
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    meta={'follows': ['fct_feedback'], 'reads_vars': ['days_between_asks']},
    indexes=[
        {'columns': ['customer_key']},
        {'columns': ['answer_key']},
        {'columns': ['unresolved_keys'], 'type': 'gin'},
    ],
    pre_hook="{{ begin_invitations() }}",
    post_hook="{{ save_progress(follows=['feedback']) }}",
) }}

{{ hooks_read(['stg_crm__customers', 'stg_crm__agents', 'stg_crm__stores']) }}
with invitations as (
    select
        stg.*,
        -- one that was held back says so; a customer may also opt out on receiving one
        stg.state not in ('suppressed', 'opted_out')
        or stg.delivered_at is not null as is_sent
    from {{ ref('stg_surveys__invitations') }} as stg
    where
        not stg.is_deleted
        and {{ only_redone(
            'stg',
            'redone_invitation',
            {'invitation_id': 'invitation_id'},
            through_views=false
        ) }}
),

-- all invitations of a customer are made together, so each knows those before it
spaced as (
    select
        *,
        {{ feedback_key("'surveys'", 'response_id') }} as answer_key,
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
    spaced.answer_key,
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
    {{ local_date('spaced.sent_at') }} as sent_date,
    -- what the record names and we do not know yet
    {{ unresolved_keys([
        ('customers.customer_key', crm_key('spaced.customer_id')),
        ('stores.store_key', crm_key('spaced.store_id')),
        ('agents.agent_key', crm_key('spaced.agent_id')),
    ]) }} as unresolved_keys
from spaced
left join customers
    on {{ crm_key('spaced.customer_id') }} = customers.customer_key
left join stores
    on {{ crm_key('spaced.store_id') }} = stores.store_key
left join agents
    on {{ crm_key('spaced.agent_id') }} = agents.agent_key
left join feedback
    on spaced.answer_key = feedback.feedback_key
