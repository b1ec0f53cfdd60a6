{# Pre-hook of fct_feedback: find the feedback to make anew, forget it, and tell the
   facts that follow. Anew is made
     - what came, was corrected or was withdrawn,
     - what was labelled, or is weighed otherwise because near copies of it came,
     - what a customer, member of staff or store said or was said of whose record changed,
       or that names one who arrived since,
     - what a customer said after an order of theirs that changed.
   Keeps what it was, for note_changed_voters(). #}
{% macro begin_feedback() -%}
    {%- set changes = ref('int_feedback_changes') -%}
    {%- set labels = source('nlp', 'documents') -%}
    {%- set records = dimension_records() -%}
    {{ ensure_progress() }}
    {{ note_inputs(records) }}
    insert into taken_input
    select 'documents', max(annotated_at) from {{ labels }};
    {{ note_stamps('documents', labels, 'annotated_at') }}
    {% if not is_incremental() -%}
    {{ forget_changes('feedback') }}
    {{ forget_changes('feedback_part') }}
    {{ forget_changes('feedback_customer') }}
    create temporary table changed_record on commit drop as
    select source_slug, loaded_at from {{ changes }};
    {{ note_changed_records() }}
    {%- else -%}
    create temporary table changed_record on commit drop as
    select feedback_key, source_slug, source_record_id, loaded_at from {{ changes }}
    where {{ newer_than_taken('source_slug', 'loaded_at') }};
    {{ note_changed_records() }}
    delete from changed_record
    where not {{ is_new_stamp('changed_record.source_slug', 'changed_record.loaded_at') }};

    create temporary table redone_feedback on commit drop as
    select feedback_key, source_slug, source_record_id from changed_record
    union
    select facts.feedback_key, facts.source_slug, facts.source_record_id
    from {{ this }} as facts
    inner join {{ labels }} as labels
        on facts.feedback_key = labels.feedback_key
    where {{ not_yet_taken('documents', 'labels.annotated_at') }}
    union
    select facts.feedback_key, facts.source_slug, facts.source_record_id
    from {{ this }} as facts
    inner join (
        {{ reweighed_feedback(this, labels) }}
    ) as reweighed
        on facts.feedback_key = reweighed.feedback_key
    union
    {{ facts_of_changed_records(
        'feedback_key, source_slug, source_record_id', records, 'occurred_at'
    ) }}
    union
    {{ facts_that_wait('feedback_key, source_slug, source_record_id', records) }}
    -- a site that names a city and no outlet gets the region of the city's stores
    union
    select feedback_key, source_slug, source_record_id from {{ this }}
    where
        store_key is null
        and city in (
            select versions.city
            from {{ ref('dim_store_history') }} as versions
            where versions.store_key in (
                select {{ crm_key('store_id') }} from {{ records.stores }}
                where {{ not_yet_taken('stores', 'loaded_at') }}
            )
        );
    analyze redone_feedback;

    {{ note_changes('feedback', 'select feedback_key as row_key from redone_feedback') }}
    create temporary table replaced_feedback on commit drop as
    {{ feedback_made_anew() }};
    delete from {{ this }} as facts
    using redone_feedback
    where facts.feedback_key = redone_feedback.feedback_key;
    {%- endif %}
{%- endmacro %}

{# Post-hook: note the cells of month and part of the voters (`feedback_part`, a JSON
   array), and the customers (`feedback_customer`), of whom feedback about us came, went
   or counts otherwise. #}
{% macro note_changed_voters() -%}
    {% if is_incremental() -%}
    create temporary table replacing_feedback on commit drop as
    {{ feedback_made_anew() }};
    {{ note_changes('feedback_part', "
        select json_build_array(month, voter_part)::text as row_key
        from (" ~ rows_that_differ('replaced_feedback', 'replacing_feedback', [
            'month', 'voter_part', 'voter_key', 'feedback_key', 'dedup_weight',
        ]) ~ ") as changed_feedback
    ") }}
    {{ note_changes('feedback_customer', "
        select customer_key as row_key
        from (" ~ rows_that_differ('replaced_feedback', 'replacing_feedback', [
            'month', 'customer_key', 'feedback_key',
        ]) ~ ") as changed_feedback
    ") }}
    {%- endif %}
{%- endmacro %}

{# What models of votes read of the feedback. #}
{% macro feedback_made_anew() -%}
    select
        facts.feedback_key,
        facts.customer_key,
        {{ voter_key('facts') }} as voter_key,
        {{ voter_part('facts') }} as voter_part,
        facts.dedup_weight,
        {{ month_of('facts.occurred_date') }} as month
    from {{ this }} as facts
    inner join redone_feedback
        on facts.feedback_key = redone_feedback.feedback_key
    where {{ is_said_of_us('facts') }}
{%- endmacro %}

{# Does feedback say anything about us? #}
{% macro is_said_of_us(facts) -%}
    {{ facts }}.subject_slug = 'us'
    and {{ facts }}.is_relevant
    and {{ facts }}.unit_count > 0
{%- endmacro %}

{# The records of the CRM that facts take over attributes from: input slug ->
   relation. #}
{% macro dimension_records() -%}
    {{ return({
        'customers': ref('stg_crm__customers'),
        'agents': ref('stg_crm__agents'),
        'stores': ref('stg_crm__stores'),
        'products': ref('stg_crm__products'),
    }) }}
{%- endmacro %}

{# Facts of this model about a customer, member of staff or store whose record
   changed, or about a customer of whom an order before their `moment` changed: what they
   say of a customer is what had been bought until then. #}
{% macro facts_of_changed_records(columns, records, moment) -%}
    {%- for name in ['customer', 'agent', 'store'] %}
    select {{ columns }} from {{ this }}
    where {{ name }}_key in (
        select {{ crm_key(name ~ '_id') }} from {{ records[name ~ 's'] }}
        where {{ not_yet_taken(name ~ 's', 'loaded_at') }}
    )
    union
    {%- endfor %}
    select {{ columns }} from {{ this }} as facts
    inner join ({{ followed_changes('order', 'row_key, since') }}) as changed
        on
            facts.customer_key = changed.row_key
            and facts.{{ moment }} >= changed.since
{%- endmacro %}

{# Feedback that another weight, cluster or burst stands for now. Only what is or
   was in a cluster can be: everything else is not looked at. #}
{% macro reweighed_feedback(facts, labels) -%}
    select labels.feedback_key
    from {{ labels }} as labels
    inner join {{ facts }} as facts
        on
            labels.feedback_key = facts.feedback_key
            and labels.pipeline_version = facts.pipeline_version
    where
        labels.duplicate_cluster_key is not null
        and (labels.duplicate_cluster_key, labels.dedup_weight, labels.is_burst)
        is distinct from
        (facts.duplicate_cluster_key, facts.dedup_weight, facts.is_burst)
    union
    select facts.feedback_key
    from {{ facts }} as facts
    inner join {{ labels }} as labels
        on
            facts.feedback_key = labels.feedback_key
            and facts.pipeline_version = labels.pipeline_version
    where
        facts.duplicate_cluster_key is not null
        and labels.duplicate_cluster_key is null
{%- endmacro %}

{# How new each source of `changed_record` is, and its newest stamps. #}
{% macro note_changed_records() -%}
    insert into taken_input
    select source_slug, max(loaded_at) from changed_record
    group by source_slug;
    insert into seen_stamp
    select source_slug, loaded_at, count(*) from changed_record
    group by source_slug, loaded_at;
{%- endmacro %}

{# Each slug has come as far as its own newest record; a slug that nobody knows is
   new. #}
{% macro newer_than_taken(slug, stamp) -%}
    {%- set found = run_query(
        "select input_slug, taken_until - interval '" ~ var('incremental_overlap')
        ~ "' from " ~ progress_table() ~ " where model_name = '" ~ model.name
        ~ "' and taken_until is not null order by input_slug"
    ) -%}
    {%- set known = found.columns[0].values() | list -%}
    (
        {% for row in found.rows -%}
        ({{ slug }} = '{{ row[0] }}' and {{ stamp }} > '{{ row[1] }}'::timestamptz) or
        {% endfor -%}
        {{ slug }} not in ({{ quoted(known or ['']) }})
    )
{%- endmacro %}
