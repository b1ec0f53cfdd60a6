{# Everybody and the members of each segment, counted in one reading:

       select dimension_of(segments), segment_of(segments), ...
       group by ..., sets_of(segments)

   `segments`: columns without nulls. The dimension is the column's name, or `all`. #}
{% macro sets_of(segments) -%}
    grouping sets ((), ({{ segments | join("), (") }}))
{%- endmacro %}

{% macro dimension_of(segments) -%}
    {%- set cases = [] -%}
    {%- for segment in segments -%}
        {%- set case = "when grouping(" ~ segment ~ ") = 0 then '" ~ segment ~ "'" -%}
        {%- do cases.append(case) -%}
    {%- endfor -%}
    case {{ cases | join(" ") }} else 'all' end
{%- endmacro %}

{% macro segment_of(segments) -%}
    coalesce({{ segments | join(", ") }}, 'all')
{%- endmacro %}
