-- Grain: one call, without its words: who, when, how long, how often handed on.
with calls as (
    select * from {{ ref('stg_calls__calls') }}
)

select
    call_id,
    customer_id,
    agent_id,
    store_id,
    order_id,
    direction,
    jsonb_array_length(transfers) as transfer_count,
    jsonb_array_length(turns) as turn_count,
    started_at,
    ended_at,
    loaded_at,
    is_deleted
from calls
