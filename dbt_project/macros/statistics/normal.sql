{# The two-sided 95 % point of the standard normal distribution. #}
{% macro z_95() -%}
    1.959964
{%- endmacro %}

{# Two-sided p-value of a difference of two independent estimates with normal errors:
       z = difference / sqrt(se1^2 + se2^2),  p = erfc(|z| / sqrt 2) #}
{% macro difference_p_value(difference, first_error, second_error) -%}
    erfc(
        abs({{ difference }})
        / sqrt(2.0 * (power({{ first_error }}, 2) + power({{ second_error }}, 2)))
    )
{%- endmacro %}
