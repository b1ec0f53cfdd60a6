{# Cells with few voices become one cell, so that sums stay right and no cell of few can
   be had from the others and a total.

   A select of the rows of `relation` with one more column for each of `levels` (coarse
   to fine): `shown_<level>`, the slug to publish the row under, its own or `pooled`.
   Level by level, within the `family` (columns) and the levels before: what is too
   small to show is pooled, and the next smallest join until the pool is large enough
   (needs_cover). So the total of a level is either right or nowhere. A family that has
   too few in all is one pooled cell: its numerators go through `shown`.

   voices: an aggregate that counts them over rows; never null. A cell without any is
   left as it is: there is nothing to hide.

   Two tables that publish the same total must pool it alike: give them the same rows,
   family and first levels. Columns of family and levels must not be null. #}
{% macro pool_small_cells(relation, family, levels, voices='count(*)') -%}
    {%- set done = namespace(rows=relation, keys=family) -%}
    with
    {%- for level in levels %}
        {%- set keys = done.keys | join(', ') %}
        {{ level }}_sizes as (
            select
                {{ keys }},
                {{ level }},
                {{ voices }} as voices
            from {{ done.rows }}
            group by {{ keys }}, {{ level }}
        ),

        {{ level }}_pools as (
            select
                {{ keys }},
                {{ level }},
                case
                    when {{ needs_cover('voices', keys, level) }} then 'pooled'
                    else {{ level }}
                end as shown_{{ level }}
            from {{ level }}_sizes
        ),

        {{ level }}_rows as (
            select
                finer.*,
                {{ level }}_pools.shown_{{ level }}
            from {{ done.rows }} as finer
            inner join {{ level }}_pools
                using ({{ keys }}, {{ level }})
        ){{ ',' if not loop.last }}
        {% set done.rows = level ~ '_rows' %}
        {%- set done.keys = done.keys + ['shown_' ~ level] %}
    {%- endfor %}
    select * from {{ done.rows }}
{%- endmacro %}


{# The name of a slug that may be `pooled`. #}
{% macro pooled_name(slug, name, language) -%}
    case {{ slug }}
        when 'pooled'
            then '{{ '合并的小格' if language == 'zh' else 'Small cells, pooled' }}'
        else {{ name }}
    end
{%- endmacro %}
