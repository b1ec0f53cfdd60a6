{# Keys that a record names and the dimensions do not hold: when such a record of the
   CRM arrives later, the facts that wait for it are found by these. Null when all are
   known. `named`: pairs of (key found or null, key named). #}
{% macro unresolved_keys(named) -%}
    {%- set missing = [] -%}
    {%- for found, wanted in named -%}
        {%- do missing.append(
            "case when " ~ found ~ " is null then " ~ wanted ~ " end"
        ) -%}
    {%- endfor -%}
    nullif(array_remove(array[{{ missing | join(", ") }}]::text[], null), '{}')
{%- endmacro %}
