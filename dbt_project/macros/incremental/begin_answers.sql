{# Pre-hook of fct_survey_response: as begin_following(); besides it looks up what came
   with those answers, by the ids of their sources: those are indexed. In a table of its
   own, because PostgreSQL takes an array of ids for ten of them, and would go through the
   views behind it once per answer. #}
{% macro begin_answers() -%}
    {{ begin_following('feedback', 'feedback_key') }}
    {% if is_incremental() -%}
    create temporary table redone_context on commit drop as
    select * from {{ ref('int_feedback_context') }}
    where source_record_id = any(array(
        select facts.source_record_id
        from {{ ref('fct_feedback') }} as facts
        inner join redone_row
            on facts.feedback_key = redone_row.row_key
        where {{ is_answer('facts') }}
    ));
    analyze redone_context;
    {%- endif %}
{%- endmacro %}

{# Does a piece of feedback of ours carry a survey score? #}
{% macro is_answer(facts) -%}
    {{ facts }}.subject_slug = 'us'
    and num_nonnulls(
        {{ facts }}.nps_score, {{ facts }}.csat_score, {{ facts }}.ces_score
    ) > 0
{%- endmacro %}
