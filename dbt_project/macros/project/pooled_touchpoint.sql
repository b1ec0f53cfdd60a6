{# The columns of a touchpoint that may be `pooled`: its slug, names, stage and place in
   the journey. The pool stands behind the journey. #}
{% macro pooled_touchpoint(cell, touchpoints) -%}
    {%- set slug = cell ~ '.touchpoint_slug' -%}
    {{ slug }},
    {{ pooled_name(slug, touchpoints ~ '.touchpoint_name_zh', 'zh') }}
        as touchpoint_name_zh,
    {{ pooled_name(slug, touchpoints ~ '.touchpoint_name_en', 'en') }}
        as touchpoint_name_en,
    coalesce({{ touchpoints }}.touchpoint_order, 99) as touchpoint_order,
    coalesce({{ touchpoints }}.stage_slug, 'pooled') as stage_slug,
    {{ pooled_name(slug, touchpoints ~ '.stage_name_zh', 'zh') }} as stage_name_zh,
    {{ pooled_name(slug, touchpoints ~ '.stage_name_en', 'en') }} as stage_name_en,
    coalesce({{ touchpoints }}.stage_order, 99) as stage_order
{%- endmacro %}
