{# Pre-hook of fct_opinion_unit: as begin_following(); besides it keeps what the units
   were, so that note_changed_units() can tell where anything that is counted changed.
   Most units are made anew because their customer bought something: the day and the cell
   are as they were. #}
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
    {{ forget_changes('unit_cell') }}
    {{ forget_changes('unit_part') }}
    {{ forget_changes('unit_customer') }}
    {%- endif %}
{%- endmacro %}

{# Post-hook: note the days (`unit_day`) on which a unit came, went or says something else,
   the cells of month, touchpoint, channel and region (`unit_cell`, a JSON array), those of
   month and part of the voters (`unit_part`), and the customers who name other topics
   (`unit_customer`). #}
{% macro note_changed_units() -%}
    {% if is_incremental() -%}
    create temporary table replacing_unit on commit drop as
    {{ units_made_anew() }};
    {{ note_changes('unit_day', "
        select occurred_date::text as row_key
        from (" ~ rows_that_differ('replaced_unit', 'replacing_unit', [
            'occurred_date', 'feedback_key', 'unit_seq', 'customer_key', 'author_key',
            'duplicate_cluster_key', 'subject_slug', 'is_relevant', 'touchpoint_slug',
            'region', 'topic_slug', 'sentiment_label', 'dedup_weight',
        ]) ~ ") as changed_unit
    ") }}
    {{ note_changes('unit_cell', "
        select
            json_build_array(month, touchpoint_slug, channel_slug, region)::text
                as row_key
        from (" ~ rows_that_differ('replaced_unit', 'replacing_unit', [
            'month', 'touchpoint_slug', 'channel_slug', 'region', 'feedback_key',
            'sentiment_label', 'sentiment_score', 'intensity', 'dedup_weight',
        ], is_at_touchpoint()) ~ ") as changed_unit
    ") }}
    {{ note_changes('unit_part', "
        select json_build_array(month, " ~ voter_part() ~ ")::text as row_key
        from (" ~ rows_that_differ('replaced_unit', 'replacing_unit', [
            'month', 'customer_key', 'author_key', 'feedback_key', 'topic_slug',
            'sentiment_label', 'dedup_weight',
        ], is_about_a_topic()) ~ ") as changed_unit
    ") }}
    {{ note_changes('unit_customer', "
        select customer_key as row_key
        from (" ~ rows_that_differ('replaced_unit', 'replacing_unit', [
            'month', 'customer_key', 'feedback_key', 'topic_slug',
        ], is_about_a_topic()) ~ ") as changed_unit
    ") }}
    {%- endif %}
{%- endmacro %}

{# What models by day or by month read of the units. #}
{% macro units_made_anew() -%}
    select
        facts.occurred_date,
        {{ month_of('facts.occurred_date') }} as month,
        facts.feedback_key,
        facts.unit_seq,
        facts.channel_slug,
        facts.customer_key,
        facts.author_key,
        facts.duplicate_cluster_key,
        facts.subject_slug,
        facts.is_relevant,
        facts.touchpoint_slug,
        {{ region_or_unknown('facts.region') }} as region,
        facts.topic_slug,
        facts.sentiment_label,
        facts.sentiment_score,
        facts.intensity,
        facts.dedup_weight
    from {{ this }} as facts
    inner join redone_row
        on facts.feedback_key = redone_row.row_key
{%- endmacro %}

{# Does a unit speak of a touchpoint of ours? #}
{% macro is_at_touchpoint() -%}
    subject_slug = 'us'
    and is_relevant
    and touchpoint_slug is not null
{%- endmacro %}

{# Does a unit name a topic of ours? #}
{% macro is_about_a_topic() -%}
    subject_slug = 'us'
    and is_relevant
    and topic_slug is not null
{%- endmacro %}
