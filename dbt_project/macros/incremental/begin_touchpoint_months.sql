{# Pre-hook of fct_touchpoint_month: find the cells in which a unit came, went or says
   something else, and forget them. Beside the cells (`redone_cell`) their days
   (`redone_cell_day`), by which the units of a cell are found in their index. #}
{% macro begin_touchpoint_months() -%}
    {{ begin_following('unit_cell', 'month', delete_rows=false) }}
    {% if is_incremental() -%}
    create temporary table redone_cell on commit drop as
    select
        (row_key::json ->> 0)::date as month,
        row_key::json ->> 1 as touchpoint_slug,
        row_key::json ->> 2 as channel_slug,
        row_key::json ->> 3 as region
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
        and facts.touchpoint_slug = redone_cell.touchpoint_slug
        and facts.channel_slug = redone_cell.channel_slug
        and facts.region = redone_cell.region;
    {%- endif %}
{%- endmacro %}
