-- Grain: one customer, as last seen in the CRM. Name, phone and e-mail stay behind.
with customers as (
    select * from {{ source('crm', 'customers') }}
)

select
    -- keys
    customer_id::text as customer_id,
    phone_hash::text as phone_hash,
    email_hash::text as email_hash,
    -- attributes
    nullif(gender, '')::text as gender,
    birth_year::integer as birth_year,
    nullif(city, '')::text as city,
    nullif(region, '')::text as region,
    nullif(segment, '')::text as segment,
    nullif(member_tier, '')::text as member_tier,
    -- flags
    _deleted_at is not null as is_deleted,
    -- timestamps
    registered_at::timestamptz as registered_at,
    updated_at::timestamptz as updated_at,
    _loaded_at::timestamptz as loaded_at
from customers
