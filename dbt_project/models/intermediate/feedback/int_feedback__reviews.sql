-- Grain: one review, ours or a competitor's, in the shape of the feedback contract.
with reviews as (
    select * from {{ ref('stg_reviews__reviews') }}
)

select
    'reviews' as source_slug,
    review_id as source_record_id,
    case when site in ('app_store', 'google_play') then 'app_store' else 'review' end
        as channel_slug,
    false as is_solicited,
    posted_at as occurred_at,
    posted_at as received_at,
    null::text as customer_ref,
    -- the same nickname on two sites is two people
    site || '|' || author as author_ref,
    null::text as agent_ref,
    outlet_id as store_ref,
    product_id as product_ref,
    null::text as order_ref,
    city,
    url,
    coalesce(nullif(subject, ''), 'us') as subject_slug,
    rating,
    rating_scale,
    null::smallint as nps_score,
    null::numeric as csat_score,
    null::numeric as ces_score,
    nullif(concat_ws(E'\n', title, review_text), '') as text,
    null::jsonb as turns,
    jsonb_strip_nulls(
        jsonb_build_object('site', site, 'brand', brand, 'outlet_page', outlet_page)
    ) as source_metadata,
    loaded_at,
    is_deleted
from reviews
