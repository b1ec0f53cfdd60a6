{# Pre-hook of a fact by month and further columns: find the cells in which something
   changed, and forget them. A cell is noted as a JSON array: its month, then its
   `columns` in their order. Beside the cells (`redone_cell`) their days
   (`redone_cell_day`), by which what lies in a cell is found in an index. #}
{% macro begin_month_cells(fact_names, columns) -%}
    {{ begin_following(fact_names, 'month', delete_rows=false) }}
    {% if is_incremental() -%}
    create temporary table redone_cell on commit drop as
    select
        {%- for column in columns %}
        row_key::json ->> {{ loop.index }} as {{ column }},
        {%- endfor %}
        (row_key::json ->> 0)::date as month
    from redone_row;
    analyze redone_cell;
    create temporary table redone_cell_day on commit drop as
    select
        redone_cell.*,
        redone_cell.month + day_offset as occurred_date
    from redone_cell
    cross join generate_series(0, 30) as day_offset
    where {{ month_of('redone_cell.month + day_offset') }} = redone_cell.month;
    analyze redone_cell_day;

    delete from {{ this }} as facts
    using redone_cell
    where
        facts.month = redone_cell.month
        {%- for column in columns %}
        and facts.{{ column }} = redone_cell.{{ column }}
        {%- endfor %};
    {%- endif %}
{%- endmacro %}
