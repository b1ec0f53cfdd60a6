{# A region to filter by: feedback that names no place has its own entry. #}
{% macro region_or_unknown(region) -%}
    coalesce({{ region }}, '未知')
{%- endmacro %}
