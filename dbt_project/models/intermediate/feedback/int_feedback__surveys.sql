-- Grain: one survey response, with or without a comment, in the shape of the contract.
with responses as (
    select * from {{ ref('stg_surveys__responses') }}
)

select
    'surveys' as source_slug,
    response_id as source_record_id,
    -- a question that comes up by itself is a channel of its own: others answer it
    case
        when answer_channel in ('app_prompt', 'order_page', 'chat_end')
            then answer_channel
        else 'survey'
    end as channel_slug,
    true as is_solicited,
    submitted_at as occurred_at,
    submitted_at as received_at,
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
    nps_score,
    csat_score,
    ces_score,
    comment_text as text,
    null::jsonb as turns,
    jsonb_build_object(
        'survey_slug', survey_slug, 'answer_channel', answer_channel
    ) as source_metadata,
    loaded_at,
    -- what the makers of a survey answer to try it, no customer has said
    is_deleted or is_preview as is_deleted
from responses
