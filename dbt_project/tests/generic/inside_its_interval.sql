{# An estimate outside its own interval, or one end without the other. #}
{% test inside_its_interval(model, column_name, low, high) %}
select
    {{ column_name }},
    {{ low }},
    {{ high }}
from {{ model }}
where
    {{ column_name }} not between {{ low }} and {{ high }}
    or num_nonnulls({{ column_name }}, {{ low }}, {{ high }}) not in (0, 3)
{% endtest %}
