{# Net scores: the share of one camp minus the share of the other, in points of 100. NPS
   (promoters, detractors) and net sentiment (positive, negative) are the same statistic,
   so they share one estimate and one interval.

   Interval: adjusted Wald for a difference of two shares of one multinomial sample. Add
   three voices, 3/4 for, 3/4 against, the rest undecided:
       n' = n + 3,  p = (for + 3/4) / n',  q = (against + 3/4) / n'
       se = sqrt((p + q - (p - q)^2) / n'),  interval = p - q -/+ 1.96 se
   Source: Sauro and Lewis at MeasuringU, and Rocks (2016), "Interval estimation for
   the Net Promoter Score", The American Statistician 70(4): best of three methods in
   both. Without the added voices this is the multinomial standard error, whose interval
   has no width when everybody agrees. Limits: answers must be independent of each other;
   the interval lies around the adjusted estimate, so it is not symmetric around the
   score. #}

{# The score, -100..100, two decimals. Null without voices. Counts may be sums of
   weights. #}
{% macro net_score(favourable, unfavourable, voices) -%}
    round(
        (100.0 * ({{ favourable }} - {{ unfavourable }}) / nullif({{ voices }}, 0))::numeric,
        2
    )::double precision
{%- endmacro %}

{# The adjusted difference of shares, -1..1. #}
{% macro net_score_centre(favourable, unfavourable, voices) -%}
    (({{ favourable }} - {{ unfavourable }})::double precision / ({{ voices }} + 3))
{%- endmacro %}

{# The adjusted standard error, in shares (0..1). #}
{% macro net_score_error(favourable, unfavourable, voices) -%}
    sqrt(
        (
            ({{ favourable }} + {{ unfavourable }} + 1.5)::double precision
            / ({{ voices }} + 3)
            - power({{ net_score_centre(favourable, unfavourable, voices) }}, 2)
        )
        / ({{ voices }} + 3)
    )
{%- endmacro %}

{# One end ('low' or 'high') of the 95 % interval, within -100..100, two decimals. #}
{% macro net_score_bound(favourable, unfavourable, voices, side) -%}
    {%- set sign = "-" if side == "low" else "+" -%}
    {%- set centre = net_score_centre(favourable, unfavourable, voices) -%}
    {%- set error = net_score_error(favourable, unfavourable, voices) -%}
    round(
        (
            100 * greatest(
                least(
                    {{ centre }} {{ sign }} {{ z_95() }} * {{ error }},
                    1
                ),
                -1
            )
        )::numeric, 2
    )::double precision
{%- endmacro %}

{# The score and both ends of its interval as the columns `names`, null for a cell of
   few voices. #}
{% macro net_score_figures(favourable, unfavourable, voices, names) -%}
    {{ shown(net_score(favourable, unfavourable, voices), voices) }} as {{ names[0] }},
    {{ shown(net_score_bound(favourable, unfavourable, voices, 'low'), voices) }}
        as {{ names[1] }},
    {{ shown(net_score_bound(favourable, unfavourable, voices, 'high'), voices) }}
        as {{ names[2] }}
{%- endmacro %}

{# The columns of net sentiment over a cell of positive_count and negative_count. #}
{% macro net_sentiment_figures(cell, voices) -%}
    {{ net_score_figures(
        cell ~ '.positive_count', cell ~ '.negative_count', cell ~ '.' ~ voices,
        names=['net_sentiment_pct', 'net_sentiment_low', 'net_sentiment_high'],
    ) }}
{%- endmacro %}
