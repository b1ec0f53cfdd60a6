{# What each customer spent within 365 days of the data's own clock: customer_key,
   spend_12m_cny. `orders`: relation of fct_order. The model has a CTE `clock` of one
   row with the date `today`. Orders without a customer make one row without a key,
   which joins nobody. #}
{% macro spending_last_year(orders) -%}
    select
        orders.customer_key,
        sum(orders.amount_cny)::double precision as spend_12m_cny
    from {{ orders }} as orders
    cross join clock
    where
        not orders.is_cancelled
        and orders.ordered_date > clock.today - 365
    group by orders.customer_key
{%- endmacro %}
