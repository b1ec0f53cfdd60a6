{# A count of people out of fewer than five is shown: the hidden figure follows from it,
   whatever the flag says. #}
{% test hidden_where_few(model, counts, voices) %}
select *
from {{ model }}
where
    {{ is_suppressed(voices) }}
    and num_nonnulls({{ counts | join(', ') }}) > 0
{% endtest %}
