{# Pre-hook of fct_case_event: find the cases whose steps are to be made anew, forget
   these, and tell the facts that follow cases (`case`, by its id). Anew is made all of a
   case, for its steps are counted in order: of cases that came or changed or of which a
   step did, of those that a step has left, and of steps by staff who have arrived
   since. #}
{% macro begin_case_events() -%}
    {%- set cases = ref('stg_crm__cases') -%}
    {%- set steps = ref('stg_crm__case_events') -%}
    {%- set records = {'agents': ref('stg_crm__agents')} -%}
    {{ ensure_progress() }}
    {{ note_inputs(dict(records, cases=cases, case_events=steps)) }}
    {% if not is_incremental() -%}
    {{ forget_changes('case') }}
    {%- else -%}
    create temporary table redone_case on commit drop as
    select case_id from {{ cases }}
    where {{ not_yet_taken('cases', 'loaded_at') }}
    union
    select case_id from {{ steps }}
    where {{ not_yet_taken('case_events', 'loaded_at') }}
    union
    select facts.case_id
    from {{ this }} as facts
    inner join {{ steps }} as steps
        on facts.case_event_id = steps.case_event_id
    where {{ not_yet_taken('case_events', 'steps.loaded_at') }}
    union
    {{ facts_that_wait('case_id', records) }};
    analyze redone_case;

    {{ note_changes('case', 'select case_id as row_key from redone_case') }}
    delete from {{ this }} as facts
    using redone_case
    where facts.case_id = redone_case.case_id;
    {%- endif %}
{%- endmacro %}

{# Pre-hook of fct_case: find the cases to make anew and forget them: those that
   changed, those of customers, staff and stores whose record changed or arrived, and
   those of customers of whom an order changed. Besides tell the facts about feedback of
   which cases changed (`case_feedback`): a case that moves from one feedback to another
   concerns both. #}
{% macro begin_cases() -%}
    {%- set cases = ref('stg_crm__cases') -%}
    {%- set records = dimension_records() -%}
    {%- do records.pop('products') -%}
    {{ ensure_progress() }}
    {{ note_inputs(records) }}
    {% if not is_incremental() -%}
    {{ forget_changes('case_feedback') }}
    {%- else -%}
    create temporary table changed_case on commit drop as
    select row_key as case_id from ({{ followed_changes('case') }}) as changed;
    analyze changed_case;

    create temporary table redone_case on commit drop as
    select case_id from changed_case
    union
    {{ facts_of_changed_records('case_id', records, 'opened_at') }}
    union
    {{ facts_that_wait('case_id', records) }};
    analyze redone_case;

    {{ note_changes('case_feedback', "
        select facts.feedback_key as row_key
        from " ~ this ~ " as facts
        inner join changed_case
            on facts.case_id = changed_case.case_id
        union
        select " ~ feedback_key(
            'cases.feedback_source_slug', 'cases.feedback_record_id'
        ) ~ " as row_key
        from " ~ cases ~ " as cases
        inner join changed_case
            on cases.case_id = changed_case.case_id
    ") }}
    delete from {{ this }} as facts
    using redone_case
    where facts.case_id = redone_case.case_id;
    {%- endif %}
{%- endmacro %}
