{# Ten-year bands of an age in years. Null without an age. #}
{% macro age_band(age) -%}
    case
        when {{ age }} < 18 then 'under_18'
        when {{ age }} < 25 then '18_24'
        when {{ age }} < 35 then '25_34'
        when {{ age }} < 45 then '35_44'
        when {{ age }} < 55 then '45_54'
        when {{ age }} < 65 then '55_64'
        when {{ age }} >= 65 then '65_plus'
    end
{%- endmacro %}
