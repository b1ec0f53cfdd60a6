{# Pre-hook of a fact that follows another one by its key: what was made anew there
   is made anew here. `type`: of the key, where it is no text. #}
{% macro begin_following(fact_name, key, type='text', delete_rows=true) -%}
    {{ ensure_progress() }}
    create temporary table taken_input (
        input_slug text, taken_until timestamptz
    ) on commit drop;
    {% if is_incremental() -%}
    create temporary table redone_row on commit drop as
    select changed.row_key::{{ type }} as row_key
    from ({{ followed_changes(fact_name) }}) as changed;
    analyze redone_row;
    {% if delete_rows -%}
    delete from {{ this }} as facts
    using redone_row
    where facts.{{ key }} = redone_row.row_key;
    {%- endif %}
    {%- endif %}
{%- endmacro %}
