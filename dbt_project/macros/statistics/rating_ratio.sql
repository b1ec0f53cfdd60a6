{# A star rating on a scale from 1, brought to 0..1: the lowest mark is 0, the highest
   is 1; marks beyond the scale are cut. Null without a rating or a scale. #}
{% macro rating_ratio(rating, rating_scale) -%}
    case
        -- greatest() and least() skip nulls: without this, no rating would be a rating of 0
        when {{ rating }} is not null and {{ rating_scale }} > 1
            then least(greatest(({{ rating }} - 1) / ({{ rating_scale }} - 1), 0), 1)
    end::double precision
{%- endmacro %}
