{# The industry pack whose journey and topics are in force, as a quoted literal.
   `--vars 'pack_slug: x'` wins over the environment, the environment over retail. #}
{% macro active_pack() -%}
    '{{ var("pack_slug", env_var("VOC_PACK", "retail")) }}'
{%- endmacro %}
