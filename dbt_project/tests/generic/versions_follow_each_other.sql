{# Versions of one record that overlap or leave a gap: a fact would see two of them,
   or none. #}
{% test versions_follow_each_other(model, key) %}
with paired as (
    select
        {{ key }},
        valid_from,
        valid_to,
        lead(valid_from) over (
            partition by {{ key }}
            order by valid_from asc
        ) as next_from
    from {{ model }}
)

select *
from paired
where
    valid_from >= valid_to
    or valid_to <> coalesce(next_from, {{ history_ends() }})
{% endtest %}
