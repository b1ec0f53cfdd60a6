{# The names of all members of some dimensions, one select: dimension, slug, names.

    dimensions  of topic, touchpoint, department #}
{% macro aspect_names(dimensions) -%}
    {%- for dimension in dimensions -%}
        select
            '{{ dimension }}' as dimension,
            {{ dimension }}_slug as aspect_slug,
            {{ dimension }}_name_zh as aspect_name_zh,
            {{ dimension }}_name_en as aspect_name_en
        from {{ ref('dim_' ~ dimension) }}
        {%- if not loop.last %}
        union all
        {% endif -%}
    {%- endfor -%}
{%- endmacro %}
