-- Grain: one product, as last seen in the CRM.
with products as (
    select * from {{ ref('stg_crm__products') }}
)

select
    {{ crm_key('product_id') }} as product_key,
    product_id,
    product_name,
    category,
    price_cny::numeric(38, 2) as price_cny,
    is_deleted
from products
