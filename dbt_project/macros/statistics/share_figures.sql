{# A share in per cent and both ends of its Wilson interval, as the columns <stem>_pct,
   <stem>_low and <stem>_high; null where `voices` (by default those that the share is
   of) are few, and where the condition `of` does not hold. #}
{% macro share_figures(successes, trials, stem='share', voices=none, of=none) -%}
    {%- set figures = {
        'pct': rounded('100.0 * ' ~ successes ~ ' / nullif(' ~ trials ~ ', 0)', 3),
        'low': wilson_bound(successes, trials, 'low'),
        'high': wilson_bound(successes, trials, 'high'),
    } -%}
    {%- set columns = [] -%}
    {%- for name, figure in figures.items() -%}
        {%- set figure = shown(figure, voices or trials) -%}
        {%- if of -%}
            {%- set figure = 'case when ' ~ of ~ ' then ' ~ figure ~ ' end' -%}
        {%- endif -%}
        {%- do columns.append(figure ~ ' as ' ~ stem ~ '_' ~ name) -%}
    {%- endfor -%}
    {{ columns | join(', ') }}
{%- endmacro %}
