-- Grain: one call, in the shape of the feedback contract.
with calls as (
    select * from {{ ref('stg_calls__calls') }}
)

select
    'calls' as source_slug,
    call_id as source_record_id,
    'call' as channel_slug,
    false as is_solicited,
    started_at as occurred_at,
    coalesce(ended_at, started_at) as received_at,
    customer_id as customer_ref,
    null::text as author_ref,
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
    null::numeric as csat_score,
    null::numeric as ces_score,
    null::text as text,
    (
        -- the names of the contract; silent turns say nothing
        select
            jsonb_agg(
                jsonb_build_object(
                    'speaker', turn.value ->> 'speaker',
                    'start', turn.value -> 'start_seconds',
                    'text', turn.value ->> 'text'
                )
                order by turn.position
            )
        from jsonb_array_elements(calls.turns) with ordinality as turn (value, position)
        where nullif(btrim(turn.value ->> 'text'), '') is not null
    ) as turns,
    source_metadata || jsonb_build_object(
        'direction', direction,
        'transfer_count', jsonb_array_length(transfers),
        'handle_seconds', extract(epoch from ended_at - started_at)
    ) as source_metadata,
    loaded_at,
    is_deleted
from calls
