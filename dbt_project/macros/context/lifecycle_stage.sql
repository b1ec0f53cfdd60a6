{# Where a customer stands with us at a moment, by the orders placed before it:
       prospect   none
       new        the first one lies less than 90 days back
       active     the last one lies less than 180 days back
       lapsing    less than 365
       lapsed     longer
   Days: var lifecycle_days. Null when the customer is not known. `orders` is the
   relation of join_orders_until(). #}
{% macro lifecycle_stage(customer_key, orders, moment) -%}
    {%- set days = var('lifecycle_days') -%}
    case
        when {{ customer_key }} is null then null
        when coalesce({{ orders }}.order_count, 0) = 0 then 'prospect'
        when {{ orders }}.first_ordered_at > {{ moment }} - interval '{{ days.new }} days'
            then 'new'
        when {{ orders }}.last_ordered_at > {{ moment }} - interval '{{ days.active }} days'
            then 'active'
        when
            {{ orders }}.last_ordered_at
            > {{ moment }} - interval '{{ days.lapsing }} days'
            then 'lapsing'
        else 'lapsed'
    end
{%- endmacro %}
