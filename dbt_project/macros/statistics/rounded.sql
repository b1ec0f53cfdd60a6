{# A figure of a statistics job, as marts show it. #}
{% macro rounded(figure, digits=2) -%}
    round(({{ figure }})::numeric, {{ digits }})::double precision
{%- endmacro %}
