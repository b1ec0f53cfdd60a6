{# The name of a topic or touchpoint, and of the two rows that statistics add so that
   shares are whole: `other` (aspects too rare to show) and `untagged` (nothing named). #}
{% macro aspect_name(slug, name, language) -%}
    {%- set other, untagged =
        ('其余', '未提及具体方面') if language == 'zh' else ('Other', 'Nothing named') -%}
    case {{ slug }}
        when 'other' then '{{ other }}'
        when 'untagged' then '{{ untagged }}'
        else coalesce({{ name }}, {{ slug }})
    end
{%- endmacro %}
