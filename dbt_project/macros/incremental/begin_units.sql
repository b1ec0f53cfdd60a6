{# Pre-hook of fct_opinion_unit: as begin_following(); besides it keeps what the units
   were, so that note_unit_days() can tell on which days anything that is counted by day
   changed. Most units are made anew because their customer bought something: the day is
   as it was. #}
{% macro begin_units() -%}
    {{ begin_following('feedback', 'feedback_key', delete_rows=false) }}
    {% if is_incremental() -%}
    create temporary table replaced_unit on commit drop as
    {{ units_made_anew() }};
    delete from {{ this }} as facts
    using redone_row
    where facts.feedback_key = redone_row.row_key;
    {%- else -%}
    {{ forget_changes('unit_day') }}
    {%- endif %}
{%- endmacro %}

{# Post-hook: note the days on which a unit came, went or says something else. #}
{% macro note_unit_days() -%}
    {% if is_incremental() -%}
    {% set made_anew = units_made_anew() -%}
    {{ note_changes('unit_day', "
        select occurred_date::text as row_key from (
            (select * from replaced_unit except all (" ~ made_anew ~ "))
            union all
            ((" ~ made_anew ~ ") except all select * from replaced_unit)
        ) as changed_unit
    ") }}
    {%- endif %}
{%- endmacro %}

{# What models by day read of the units. #}
{% macro units_made_anew() -%}
    select
        facts.occurred_date,
        facts.feedback_key,
        facts.unit_seq,
        facts.customer_key,
        facts.author_key,
        facts.subject_slug,
        facts.is_relevant,
        facts.topic_slug,
        facts.sentiment_label,
        facts.dedup_weight
    from {{ this }} as facts
    inner join redone_row
        on facts.feedback_key = redone_row.row_key
{%- endmacro %}
