{# A schema is named once, in dbt_project.yml, and is the same for every target:
   roles and grants hang on these names. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}
