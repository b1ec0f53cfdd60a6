{# A list of words as SQL literals, for `in (...)`. #}
{% macro quoted(words) -%}
    {%- for word in words -%}
        '{{ word }}'{{ ", " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
