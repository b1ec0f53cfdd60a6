{# One end ('low' or 'high') of the 95 % interval of the change of a share between two
   samples, from both shares and their Wilson bounds, all in per cent, two decimals.
   With p the share, l and u its bounds, 2 the later sample:
       low  = p2 - p1 - sqrt((p2 - l2)^2 + (u1 - p1)^2)
       high = p2 - p1 + sqrt((u2 - p2)^2 + (p1 - l1)^2)
   Source: Newcombe (1998), Statistics in Medicine 17, 873-890, method 10. It holds its
   coverage for small samples and shares near 0 or 100, where the interval of Wald has
   no width. Limits: the two samples must be independent of each other. #}
{% macro share_change_bound(later, earlier, share, low, high, side) -%}
    {%- set outer = later ~ '.' ~ (low if side == 'low' else high) -%}
    {%- set inner = earlier ~ '.' ~ (high if side == 'low' else low) -%}
    {%- set after = later ~ '.' ~ share -%}
    {%- set before = earlier ~ '.' ~ share -%}
    round(
        (
            {{ after }} - {{ before }} {{ '-' if side == 'low' else '+' }} sqrt(
                power({{ after }} - {{ outer }}, 2) + power({{ before }} - {{ inner }}, 2)
            )
        )::numeric, 2
    )::double precision
{%- endmacro %}
