{# Surrogate of a CRM id; null stays null, so an unknown reference joins to nothing. #}
{% macro crm_key(native_id) -%}
    md5('crm|' || {{ native_id }})
{%- endmacro %}
