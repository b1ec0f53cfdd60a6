-- Grain: one review on one site, as last edited by its author. Raw text and author
-- name.
with reviews as (
    select * from {{ source('reviews', 'reviews') }}
)

select
    -- keys
    review_id::text as review_id,
    site::text as site,
    outlet_id::text as outlet_id,
    subject::text as subject,
    brand::text as brand,
    coalesce(details ->> 'page', details ->> 'app_id') as outlet_page,
    product_id::text as product_id,
    -- content
    author::text as author,
    nullif(btrim(title), '') as title,
    nullif(btrim(text), '') as review_text,
    nullif(city, '')::text as city,
    url::text as url,
    -- measures
    rating::numeric as rating,
    rating_scale::numeric as rating_scale,
    -- flags
    _deleted_at is not null as is_deleted,
    -- timestamps
    posted_at::timestamptz as posted_at,
    updated_at::timestamptz as updated_at,
    _loaded_at::timestamptz as loaded_at
from reviews
