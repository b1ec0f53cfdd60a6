-- Grain: one feedback-bearing raw record, from every source, fit or not. Raw text.
with unioned as (
    select * from {{ ref('int_feedback__crm_notes') }}
    union all
    select * from {{ ref('int_feedback__calls') }}
    union all
    select * from {{ ref('int_feedback__reviews') }}
    union all
    select * from {{ ref('int_feedback__surveys') }}
    union all
    select * from {{ ref('int_feedback__helpdesk') }}
    union all
    select * from {{ ref('int_feedback__files') }}
    -- the next source is one more `union all` here, and no change downstream
)

select
    {{ feedback_key('source_slug', 'source_record_id') }} as feedback_key,
    source_slug,
    source_record_id,
    channel_slug,
    is_solicited,
    occurred_at,
    received_at,
    customer_ref,
    author_ref,
    agent_ref,
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
    text,
    turns,
    md5(coalesce(text, turns::text, '')) as text_hash,
    source_metadata,
    loaded_at,
    -- the first reason that applies; null means fit
    case
        when is_deleted then 'withdrawn'
        when occurred_at is null then 'not_dated'
        when {{ local_date('occurred_at') }} < '{{ var("first_date") }}'::date
            then 'dated_before_{{ var("first_date")[:4] }}'
        -- a day of grace: the clocks of the sources and ours need not agree
        when occurred_at > loaded_at + interval '1 day' then 'dated_in_the_future'
        when
            text is null
            and turns is null
            and num_nonnulls(rating, nps_score, csat_score, ces_score) = 0
            then 'no_text_no_score'
    end as reason_code
from unioned
