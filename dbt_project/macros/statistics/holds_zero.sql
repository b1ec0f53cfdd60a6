{# Does the interval of a change hold 0: is the change inside noise? #}
{% macro holds_zero(low, high) -%}
    ({{ low }} <= 0 and {{ high }} >= 0)
{%- endmacro %}
