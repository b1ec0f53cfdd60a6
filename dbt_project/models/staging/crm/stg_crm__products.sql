-- Grain: one product, as last seen in the CRM.
with products as (
    select * from {{ source('crm', 'products') }}
)

select
    -- keys
    product_id::text as product_id,
    -- attributes
    product_name::text as product_name,
    category::text as category,
    -- measures
    price_cny::numeric as price_cny,
    -- flags
    _deleted_at is not null as is_deleted,
    -- timestamps
    updated_at::timestamptz as updated_at,
    _loaded_at::timestamptz as loaded_at
from products
