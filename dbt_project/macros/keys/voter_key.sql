{# Who speaks, for "one vote per customer": the CRM customer, else the author on the
   site, else, when nobody is named, the feedback itself. #}
{% macro voter_key(relation) -%}
    coalesce(
        {{ relation }}.customer_key,
        {{ relation }}.author_key,
        {{ relation }}.feedback_key
    )
{%- endmacro %}
