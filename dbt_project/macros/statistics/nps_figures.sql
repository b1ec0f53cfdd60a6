{# The columns of NPS over a cell of answers (response_count and its three groups): n,
   the groups, the estimate with its interval, and the flags. Of a cell with few answers
   only n is shown: the groups give the estimate away. #}
{% macro nps_figures(cell) -%}
{%- set answers, promoters, detractors =
    cell ~ '.response_count', cell ~ '.promoter_count', cell ~ '.detractor_count' -%}
    {{ answers }},
    {%- for group in ['promoter_count', 'passive_count', 'detractor_count'] %}
        {{ shown(cell ~ '.' ~ group, answers) }} as {{ group }},
    {%- endfor %}
    {{ shown(net_score(promoters, detractors, answers), answers) }} as nps,
    {{ shown(net_score_bound(promoters, detractors, answers, 'low'), answers) }}
        as nps_low,
    {{ shown(net_score_bound(promoters, detractors, answers, 'high'), answers) }}
        as nps_high,
    {{ is_small_sample(answers) }} as is_small_sample,
    {{ is_suppressed(answers) }} as is_suppressed
{%- endmacro %}
