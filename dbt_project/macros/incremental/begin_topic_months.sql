{# Pre-hook of fct_topic_month: find the cells in which feedback or a unit came, went or
   says something else, and forget them. Beside the cells the feedback that lies in them
   (`redone_vote`): in a table of its own, because PostgreSQL cannot tell how little of
   all feedback that is. #}
{% macro begin_topic_months() -%}
    {{ begin_month_cells(['feedback_part', 'unit_part'], ['voter_part']) }}
    {% if is_incremental() -%}
    create temporary table redone_vote on commit drop as
    select feedback.feedback_key
    from {{ ref('fct_feedback') }} as feedback
    inner join redone_cell_day
        on
            feedback.occurred_date = redone_cell_day.occurred_date
            and {{ voter_part('feedback') }} = redone_cell_day.voter_part;
    analyze redone_vote;
    {%- endif %}
{%- endmacro %}
