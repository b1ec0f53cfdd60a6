{# Pre-hook of a fact that follows others by its key: what was made anew there is made
   anew here. `fact_names`: one, or a list. `type`: of the key, where it is no text. #}
{% macro begin_following(fact_names, key, type='text', delete_rows=true) -%}
    {{ ensure_progress() }}
    create temporary table taken_input (
        input_slug text, taken_until timestamptz
    ) on commit drop;
    {% if is_incremental() -%}
    create temporary table redone_row on commit drop as
    {%- for fact_name in ([fact_names] if fact_names is string else fact_names) %}
    {{ "union" if not loop.first }}
    select changed.row_key::{{ type }} as row_key
    from ({{ followed_changes(fact_name) }}) as changed
    {%- endfor %};
    analyze redone_row;
    {% if delete_rows -%}
    delete from {{ this }} as facts
    using redone_row
    where facts.{{ key }} = redone_row.row_key;
    {%- endif %}
    {%- endif %}
{%- endmacro %}
