{# dbt-postgres reports every array column as the type ARRAY, in which nothing can be
   cast: unit tests of models that read keywords failed on it. This takes its place and
   names the element type; for all other types it says the same. #}
{% macro postgres__get_columns_in_relation(relation) -%}
    {% call statement('get_columns_in_relation', fetch_result=True) %}
    select
        column_name,
        case
            when data_type = 'ARRAY' then substr(udt_name, 2) || '[]'
            else data_type
        end as data_type,
        character_maximum_length,
        numeric_precision,
        numeric_scale
    from {{ relation.information_schema('columns') }}
    where
        table_name = '{{ relation.identifier }}'
        {%- if relation.schema %}
        and table_schema = '{{ relation.schema }}'
        {%- endif %}
    order by ordinal_position
    {% endcall %}
    {{ return(sql_convert_columns_in_relation(
        load_result('get_columns_in_relation').table
    )) }}
{%- endmacro %}
