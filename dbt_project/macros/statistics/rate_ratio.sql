{# One end ('low' or 'high') of the 95 % interval of a ratio of two shares, normal on
   its logarithm:
       log RR -/+ z sqrt(1/k1 - 1/n1 + 1/k0 - 1/n0)
   with half a case added to each count, so that an empty one still has an interval.
   Source: Katz, Baptista, Azen and Pike (1978), Biometrics 34; the half after Walter
   (1975), Biometrika 62. Limits: rough where a count is below about 5. #}
{% macro rate_ratio(cases, total, base_cases, base_total) -%}
    (
        (({{ cases }} + 0.5) / ({{ total }} + 0.5))
        / (({{ base_cases }} + 0.5) / ({{ base_total }} + 0.5))
    )
{%- endmacro %}

{% macro rate_ratio_bound(cases, total, base_cases, base_total, side) -%}
    (
        {{ rate_ratio(cases, total, base_cases, base_total) }}
        * exp(
            {{ '-' if side == 'low' else '' }}{{ z_95() }} * sqrt(
                greatest(
                    1 / ({{ cases }} + 0.5) - 1 / ({{ total }} + 0.5)
                    + 1 / ({{ base_cases }} + 0.5) - 1 / ({{ base_total }} + 0.5),
                    0
                )
            )
        )
    )
{%- endmacro %}
