{# Post-hook: count the values of a table that was made anew as a whole. What a night
   adds to an incremental one is a small share of it; autovacuum sees to that. #}
{% macro analyze_built() -%}
    {%- if model.config.materialized != 'view' and not is_incremental() -%}
        analyze {{ this }}
    {%- endif -%}
{%- endmacro %}
