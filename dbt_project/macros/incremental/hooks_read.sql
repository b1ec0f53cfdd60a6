{# Name what the hooks of a model read beside its SQL, so that dbt builds it first.
   Asked for at parsing alone: a unit test, which runs no hooks, need not give it. #}
{% macro hooks_read(names) -%}
    {%- if not execute -%}
        {%- for name in names -%}
            {%- do ref(name) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
