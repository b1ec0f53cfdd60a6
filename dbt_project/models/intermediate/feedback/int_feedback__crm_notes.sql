-- Grain: one CRM note, in the shape of the feedback contract.
with customer_notes as (
    select * from {{ ref('stg_crm__customer_notes') }}
)

select
    'crm_notes' as source_slug,
    note_id as source_record_id,
    'crm_note' as channel_slug,
    false as is_solicited,
    created_at as occurred_at,
    created_at as received_at,
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
    note_text as text,
    null::jsonb as turns,
    '{}'::jsonb as source_metadata,
    loaded_at,
    is_deleted
from customer_notes
