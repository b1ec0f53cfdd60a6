{# A star rating on a scale from 1, brought to 0..1: the lowest mark is 0, the highest
   is 1. Null without a rating or a scale. #}
{% macro rating_ratio(rating, rating_scale) -%}
    least(
        greatest(({{ rating }} - 1) / nullif({{ rating_scale }} - 1, 0), 0), 1
    )::double precision
{%- endmacro %}
