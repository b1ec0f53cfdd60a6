{# The day of a timestamptz where the company works, wherever the server is. #}
{% macro local_date(moment) -%}
    ({{ moment }} at time zone '{{ var("time_zone") }}')::date
{%- endmacro %}

{# The first day of the month of a date. #}
{% macro month_of(day) -%}
    date_trunc('month', {{ day }})::date
{%- endmacro %}
