-- Grain: one piece of feedback, without its words: all that the analytics side may see
-- of it.
with feedback as (
    select * from {{ ref('int_feedback') }}
)

select
    feedback_key,
    source_slug,
    source_record_id,
    channel_slug,
    is_solicited,
    occurred_at,
    received_at,
    -- nicknames are personal data, and an imported file may name people instead of ids
    {{ crm_key('customer_ref') }} as customer_ref,
    md5(author_ref) as author_ref,
    {{ crm_key('agent_ref') }} as agent_ref,
    store_ref,
    product_ref,
    order_ref,
    city,
    url,
    subject_slug,
    rating,
    rating_scale,
    nps_score,
    csat_score,
    ces_score,
    text_hash,
    -- free text may hide under any other key
    coalesce(
        (
            select jsonb_object_agg(entry.key, entry.value)
            from jsonb_each(feedback.source_metadata) as entry (key, value)
            where entry.key in ({{ quoted(var("context_metadata_keys")) }})
        ),
        '{}'::jsonb
    ) as source_metadata,
    loaded_at
from feedback
