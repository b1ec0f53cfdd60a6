-- Grain: one store, as last seen in the CRM.
with stores as (
    select * from {{ ref('stg_crm__stores') }}
)

select
    {{ crm_key('store_id') }} as store_key,
    store_id,
    store_name,
    city,
    region,
    is_deleted,
    opened_date
from stores
