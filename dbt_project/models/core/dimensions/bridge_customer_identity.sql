-- Grain: one customer record of the CRM, with the person that it belongs to.
with customers as (
    select * from {{ ref('stg_crm__customers') }}
),

memberships as (
    select * from {{ source('identity', 'memberships') }}
),

-- whoever landed after the last resolution, or whose person has no record any more,
-- stands alone until the next
resolved as (
    select memberships.*
    from memberships
    inner join customers on memberships.person_id = customers.customer_id
)

select
    {{ crm_key('customers.customer_id') }} as customer_key,
    {{ crm_key('coalesce(resolved.person_id, customers.customer_id)') }} as person_key,
    coalesce(resolved.match_kind, 'self') as match_kind,
    coalesce(resolved.match_probability, 1) as match_probability,
    resolved.method_version
from customers
left join resolved on customers.customer_id = resolved.customer_id
