{# One end ('low' or 'high') of Wilson's 95 % score interval of a share, in per cent
   with three decimals; null without trials.
       (k + z^2/2) / (n + z^2)  -/+  z / (n + z^2) * sqrt(k (n - k) / n + z^2 / 4)
   Source: Wilson (1927), JASA 22; Brown, Cai and DasGupta (2001), Statistical
   Science 16, recommend it for small n. It stays within 0..100 by itself. #}
{% macro wilson_bound(successes, trials, side) -%}
    round(
        (
            100 * (
                ({{ successes }} + power({{ z_95() }}, 2) / 2)
                {{ '-' if side == 'low' else '+' }} {{ z_95() }} * sqrt(
                    {{ successes }}::double precision * ({{ trials }} - {{ successes }})
                    / nullif({{ trials }}, 0)
                    + power({{ z_95() }}, 2) / 4
                )
            ) / ({{ trials }} + power({{ z_95() }}, 2))
        )::numeric, 3
    )::double precision
{%- endmacro %}
