{# Few voices: the figure is shown in grey. #}
{% macro is_small_sample(voices) -%}
    ({{ voices }} < {{ var("small_sample_size") }})
{%- endmacro %}

{# Too few voices to show any figure: one customer could be recognised. #}
{% macro is_suppressed(voices) -%}
    ({{ voices }} < {{ var("suppressed_size") }})
{%- endmacro %}

{# An estimate, or null where there are too few voices to show it. #}
{% macro shown(estimate, voices) -%}
    case when not {{ is_suppressed(voices) }} then {{ estimate }} end
{%- endmacro %}

{# Both flags of a cell. #}
{% macro sample_flags(voices) -%}
    {{ is_small_sample(voices) }} as is_small_sample,
    {{ is_suppressed(voices) }} as is_suppressed
{%- endmacro %}
