{# Pre-hook of fct_interaction: find the calls to make anew and forget them: those
   that came or changed, those of customers, staff and stores whose record changed
   or arrived, and those of customers of whom an order changed. Besides tell the facts
   about what was said in the calls that changed (`call_feedback`). #}
{% macro begin_interactions() -%}
    {%- set calls = ref('int_calls__handled') -%}
    {%- set records = dimension_records() -%}
    {%- do records.pop('products') -%}
    {{ ensure_progress() }}
    {{ note_inputs(dict(records, calls=calls)) }}
    {% if not is_incremental() -%}
    {{ forget_changes('call_feedback') }}
    {%- else -%}
    create temporary table changed_call on commit drop as
    select call_id from {{ calls }}
    where {{ not_yet_taken('calls', 'loaded_at') }};

    {{ note_changes(
        'call_feedback',
        'select ' ~ feedback_key("'calls'", 'call_id') ~ ' as row_key from changed_call'
    ) }}
    create temporary table redone_call on commit drop as
    select call_id from changed_call
    union
    {{ facts_of_changed_records('call_id', records, 'started_at') }}
    union
    {{ facts_that_wait('call_id', records) }};
    analyze redone_call;
    delete from {{ this }} as facts
    using redone_call
    where facts.call_id = redone_call.call_id;
    {%- endif %}
{%- endmacro %}
