{# Pre-hook of a fact that follows another one by its key: what was made anew there
   is made anew here. #}
{% macro begin_following(fact_name, key) -%}
    {{ ensure_progress() }}
    create temporary table taken_input (
        input_slug text, taken_until timestamptz
    ) on commit drop;
    {% if is_incremental() -%}
    create temporary table redone_row on commit drop as
    {{ followed_changes(fact_name) }};
    analyze redone_row;
    delete from {{ this }} as facts
    using redone_row
    where facts.{{ key }} = redone_row.row_key;
    {%- endif %}
{%- endmacro %}
