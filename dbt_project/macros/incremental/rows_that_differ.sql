{# What was among rows made anew and is not, or is and was not; `columns` decide, of rows
   for which the condition holds. `before` and `after`: relations of the same columns. #}
{% macro rows_that_differ(before, after, columns, condition='true') -%}
    {%- set chosen = "select " ~ columns | join(", ") ~ " from " -%}
    {%- set before = chosen ~ before ~ " where " ~ condition -%}
    {%- set after = chosen ~ after ~ " where " ~ condition -%}
    (({{ before }}) except all ({{ after }}))
    union all
    (({{ after }}) except all ({{ before }}))
{%- endmacro %}
