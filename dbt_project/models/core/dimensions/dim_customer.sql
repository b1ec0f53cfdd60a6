-- Grain: one customer, as last seen in the CRM. No name, no phone, no e-mail.
with customers as (
    select * from {{ ref('stg_crm__customers') }}
),

aged as (
    select
        *,
        -- counted at the newest change in the CRM, not today: a re-run gives the same
        -- bands
        extract(year from max(updated_at) over ())::integer - birth_year as age
    from customers
)

select
    {{ crm_key('customer_id') }} as customer_key,
    customer_id,
    city,
    region,
    segment,
    member_tier,
    gender,
    case
        when age < 18 then 'under_18'
        when age < 25 then '18_24'
        when age < 35 then '25_34'
        when age < 45 then '35_44'
        when age < 55 then '45_54'
        when age < 65 then '55_64'
        when age >= 65 then '65_plus'
    end as age_band,
    registered_at
from aged
