{# Text that staff wrote for everybody to read, with e-mail addresses and every run of
   seven digits or more (phones, cards, identity numbers; blanks and dashes between
   them count as one run) masked, should somebody have typed one all the same. #}
{% macro without_contacts(text) -%}
    regexp_replace(
        regexp_replace(
            {{ text }}, '[\w.+-]+@[\w-]+(\.[\w-]+)+', '[email]', 'g'
        ),
        '\d([ -]?\d){6,}', '[number]', 'g'
    )
{%- endmacro %}
