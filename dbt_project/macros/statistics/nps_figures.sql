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
    {{ net_score_figures(
        promoters, detractors, answers, names=['nps', 'nps_low', 'nps_high']
    ) }},
    {{ sample_flags(answers) }}
{%- endmacro %}
