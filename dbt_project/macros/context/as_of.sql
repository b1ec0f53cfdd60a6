{# The version of a dimension that held at a moment, as <name>_then: `history` is the
   relation of its versions, `key` their key, `holder` the expression that names one. #}
{% macro join_version_at(history, name, key, holder, moment) -%}
    left join {{ history }} as {{ name }}_then
        on
            {{ holder }} = {{ name }}_then.{{ key }}
            and {{ moment }} >= {{ name }}_then.valid_from
            and {{ moment }} < {{ name }}_then.valid_to
{%- endmacro %}

{# What a customer had bought until a moment, as `bought`; cancelled orders do not
   count. #}
{% macro join_orders_until(orders, customer_key, moment) -%}
    left join lateral (
        select
            count(*) as order_count,
            sum(orders.amount_cny) as spend_cny,
            min(orders.ordered_at) as first_ordered_at,
            max(orders.ordered_at) as last_ordered_at
        from {{ orders }} as orders
        where
            orders.customer_key = {{ customer_key }}
            and orders.ordered_at <= {{ moment }}
            and not orders.is_cancelled
    ) as bought on true
{%- endmacro %}

{# Weekday and hour where the company works, and the customer as they were: expects the
   relations customers, customers_then and bought. #}
{% macro context_at(moment) -%}
    {{ clock_at(moment) }},
    customers_then.segment as customer_segment,
    customers_then.member_tier,
    {{ age_band(
        "extract(year from " ~ moment ~ " at time zone '" ~ var('time_zone')
        ~ "')::integer - customers.birth_year"
    ) }} as age_band,
    {{ tenure_days('customers.registered_at', moment) }} as tenure_days,
    case when customers.customer_key is not null then coalesce(bought.spend_cny, 0) end
        ::numeric(38, 2) as spend_to_date_cny,
    case when customers.customer_key is not null then bought.order_count end::integer
        as order_count_to_date,
    {{ lifecycle_stage('customers.customer_key', 'bought', moment) }} as lifecycle_stage
{%- endmacro %}

{# The columns of context_at, for a model that takes them over from another one. #}
{% macro context_columns(relation) -%}
    {%- set columns = [] -%}
    {%- for column in [
        'iso_weekday', 'local_hour', 'team_id', 'customer_segment', 'member_tier',
        'age_band', 'tenure_days', 'spend_to_date_cny', 'order_count_to_date',
        'lifecycle_stage'
    ] -%}
        {%- do columns.append(relation ~ "." ~ column) -%}
    {%- endfor -%}
    {{ columns | join(", ") }}
{%- endmacro %}

{% macro clock_at(moment) -%}
    extract(isodow from {{ moment }} at time zone '{{ var("time_zone") }}')::smallint
        as iso_weekday,
    extract(hour from {{ moment }} at time zone '{{ var("time_zone") }}')::smallint
        as local_hour
{%- endmacro %}

{# Whole local days as a customer. Null before the registration or without one. #}
{% macro tenure_days(registered_at, moment) -%}
    case
        when {{ registered_at }} <= {{ moment }}
            then {{ local_date(moment) }} - {{ local_date(registered_at) }}
    end
{%- endmacro %}
