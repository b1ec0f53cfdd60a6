{# Pre-hook of fct_campaign_touch: find the contacts to make anew and forget them: those
   that came, changed or were deleted, and those of customers and campaigns that have
   arrived since. Tells the facts that follow a customer's contacts (`touch`: by
   customer). A contact that moves from one customer to another concerns both. #}
{% macro begin_touches() -%}
    {%- set touches = ref('stg_crm__campaign_touches') -%}
    {%- set records = {
        'customers': ref('stg_crm__customers'),
        'campaigns': ref('stg_crm__campaigns'),
    } -%}
    {{ ensure_progress() }}
    {{ note_inputs(dict(records, touches=touches)) }}
    {% if not is_incremental() -%}
    {{ forget_changes('touch') }}
    {%- else -%}
    create temporary table redone_touch on commit drop as
    select touch_id from {{ touches }}
    where {{ not_yet_taken('touches', 'loaded_at') }}
    union
    {{ facts_that_wait('touch_id', records) }};
    analyze redone_touch;

    {{ note_changes('touch', "
        select " ~ crm_key('touches.customer_id') ~ " as row_key
        from " ~ touches ~ " as touches
        inner join redone_touch
            on touches.touch_id = redone_touch.touch_id
        union
        select facts.customer_key as row_key
        from " ~ this ~ " as facts
        inner join redone_touch
            on facts.touch_id = redone_touch.touch_id
    ") }}
    delete from {{ this }} as facts
    using redone_touch
    where facts.touch_id = redone_touch.touch_id;
    {%- endif %}
{%- endmacro %}
