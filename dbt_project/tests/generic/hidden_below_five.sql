{# A figure that fewer than five voices stand behind is shown: a customer could be
   recognised. #}
{% test hidden_below_five(model, estimates) %}
select *
from {{ model }}
where
    is_suppressed
    and num_nonnulls({{ estimates | join(', ') }}) > 0
{% endtest %}
