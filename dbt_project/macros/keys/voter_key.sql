{# Who speaks, for "one vote per customer": the CRM customer, else the author on the
   site, else, when nobody is named, the feedback itself. Without a relation: of the
   one table that is read, as an index has it. #}
{% macro voter_key(relation=none) -%}
    {%- set of = relation ~ '.' if relation else '' -%}
    coalesce({{ of }}customer_key, {{ of }}author_key, {{ of }}feedback_key)
{%- endmacro %}

{# One of 256 parts of all voters: those whose key, a hash, begins alike. #}
{% macro voter_part(relation=none) -%}
    left({{ voter_key(relation) }}, 2)
{%- endmacro %}
