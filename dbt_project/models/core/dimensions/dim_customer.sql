-- Grain: one customer, as last seen in the CRM. No name, no phone, no e-mail.
with customers as (
    select * from {{ ref('stg_crm__customers') }}
),

persons as (
    select
        customer_key,
        person_key
    from {{ ref('bridge_customer_identity') }}
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
    persons.customer_key,
    persons.person_key,
    aged.customer_id,
    aged.city,
    aged.region,
    aged.segment,
    aged.member_tier,
    aged.gender,
    aged.birth_year,
    {{ age_band('aged.age') }} as age_band,
    aged.is_deleted,
    aged.registered_at
from aged
-- the bridge has every customer record once
inner join persons on {{ crm_key('aged.customer_id') }} = persons.customer_key
