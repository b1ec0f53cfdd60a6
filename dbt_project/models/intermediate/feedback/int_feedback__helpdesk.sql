-- Grain: one help desk ticket, in the shape of the feedback contract.
with tickets as (
    select * from {{ ref('stg_helpdesk__tickets') }}
),

dialogues as (
    select
        tickets.*,
        (
            -- silent comments say nothing; what agents tell each other is no part of it
            select
                jsonb_agg(
                    jsonb_build_object(
                        'speaker', turn.value ->> 'speaker',
                        'start', turn.value -> 'start_seconds',
                        'text', turn.value ->> 'text'
                    )
                    order by turn.position
                )
            from
                jsonb_array_elements(tickets.turns)
                with ordinality as turn (value, position)
            where
                nullif(btrim(turn.value ->> 'text'), '') is not null
                and coalesce((turn.value ->> 'is_public')::boolean, true)
        ) as dialogue
    from tickets
)

select
    'helpdesk' as source_slug,
    ticket_id as source_record_id,
    channel_slug,
    -- the rating is asked for, the ticket is not
    false as is_solicited,
    created_at as occurred_at,
    created_at as received_at,
    customer_id as customer_ref,
    requester_id as author_ref,
    agent_id as agent_ref,
    store_id as store_ref,
    null::text as product_ref,
    order_id as order_ref,
    null::text as city,
    null::text as url,
    'us' as subject_slug,
    null::numeric as rating,
    null::numeric as rating_scale,
    null::smallint as nps_score,
    csat_score,
    null::numeric as ces_score,
    null::text as text,
    case
        -- a heading that only repeats what is said below adds nothing
        when
            subject is null
            or position(lower(subject) in lower(dialogue #>> '{0,text}')) > 0
            then dialogue
        -- who opened the ticket wrote its heading
        else
            jsonb_build_array(
                jsonb_build_object(
                    'speaker', coalesce(dialogue #>> '{0,speaker}', 'customer'),
                    'start', 0,
                    'text', subject
                )
            ) || coalesce(dialogue, '[]')
    end as turns,
    jsonb_build_object(
        'via_channel', via_channel,
        'ticket_status', ticket_status,
        'ticket_priority', ticket_priority
    ) as source_metadata,
    loaded_at,
    is_deleted
from dialogues
