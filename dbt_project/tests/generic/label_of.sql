{# Labels that are not in their vocabulary: config/labels.yml and the pipeline that
   wrote them have drifted apart. #}
{% test label_of(model, column_name, vocabulary) %}
select {{ column_name }}
from {{ model }}
where
    {{ column_name }} is not null
    and {{ column_name }} not in (
        select slug from {{ ref('label_values') }}
        where vocabulary = '{{ vocabulary }}'
    )
{% endtest %}
