-- Grain: one store, as last seen in the CRM.
with stores as (
    select * from {{ source('crm', 'stores') }}
)

select
    -- keys
    store_id::text as store_id,
    -- attributes
    store_name::text as store_name,
    nullif(city, '')::text as city,
    nullif(region, '')::text as region,
    opened_on::date as opened_date,
    -- flags
    _deleted_at is not null as is_deleted,
    -- timestamps
    updated_at::timestamptz as updated_at,
    _loaded_at::timestamptz as loaded_at
from stores
