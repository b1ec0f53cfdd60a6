{# What each of some customers spent within 365 days of the data's own clock:
   customer_key, spend_12m_cny. `orders`: relation of fct_order; `customers`: relation
   that has their customer_key. The model has a CTE `clock` of one row with the date
   `today`. #}
{% macro spending_last_year(orders, customers) -%}
    select
        orders.customer_key,
        sum(orders.amount_cny)::double precision as spend_12m_cny
    from {{ orders }} as orders
    cross join clock
    where
        orders.customer_key in (select {{ customers }}.customer_key from {{ customers }})
        and not orders.is_cancelled
        and orders.ordered_date > clock.today - 365
    group by orders.customer_key
{%- endmacro %}
