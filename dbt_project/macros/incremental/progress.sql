{# How far each incremental model has taken its inputs, and which rows it changed.

   model_progress   per model and input: the newest stamp (loaded_at, annotated_at) that
                    was taken; what code made the rows; when all were made anew
   taken_stamp      per model and input: the newest of the stamps that were taken, and how
                    many rows bore each
   fact_change      per fact and key: when its rows were last made anew, for the models
                    that follow it; and since which moment they say something else

   All are written in the transaction that writes the model: a night that breaks
   off leaves them, and the table, as they were. The stamps are the inputs' own; the
   clock decides nothing. Each night looks back (var incremental_overlap) for what a
   transaction that began earlier committed later: a stamp that was not there, or that
   more rows bear than were taken. What it knows it does not take twice: of an input that
   stands still, such as stores, the newest records would be taken again every night. #}
{% macro progress_table() -%}
    core.model_progress
{%- endmacro %}

{% macro fact_changes() -%}
    core.fact_change
{%- endmacro %}

{% macro progress_exists() -%}
    {%- set found = run_query(
        "select to_regclass('" ~ progress_table() ~ "') is not null"
    ) -%}
    {{ return(found.rows[0][0]) }}
{%- endmacro %}

{% macro ensure_progress() -%}
    do $$
    begin
        if to_regclass('{{ fact_changes() }}') is null then
            create table {{ progress_table() }} (
                model_name text not null,
                input_slug text not null,
                taken_until timestamptz,
                code text,
                primary key (model_name, input_slug)
            );
            create table {{ fact_changes() }} (
                fact_name text not null,
                row_key text not null,
                changed_at timestamptz not null,
                since timestamptz not null default '-infinity',
                primary key (fact_name, row_key)
            );
            create index on {{ fact_changes() }} (fact_name, changed_at);
        elsif not exists (
            select from pg_attribute
            where attrelid = '{{ fact_changes() }}'::regclass and attname = 'since'
        ) then
            alter table {{ fact_changes() }}
                add column since timestamptz not null default '-infinity';
        end if;
    -- another thread was first
    exception when duplicate_table or duplicate_column or unique_violation then null;
    end $$;
    do $$
    begin
        if to_regclass('{{ taken_stamps() }}') is null then
            create table {{ taken_stamps() }} (
                model_name text not null,
                input_slug text not null,
                stamp timestamptz not null,
                row_count bigint not null,
                primary key (model_name, input_slug, stamp)
            );
        end if;
    exception when duplicate_table or unique_violation then null;
    end $$;
    create temporary table seen_stamp (
        input_slug text, stamp timestamptz, row_count bigint
    ) on commit drop;
{%- endmacro %}

{% macro taken_stamps() -%}
    core.taken_stamp
{%- endmacro %}

{# The moment, as a literal so that the planner sees how little it selects, after
   which an input has to be looked at again. #}
{% macro taken_until(input_slug) -%}
    {%- set found = run_query(
        "select taken_until - interval '" ~ var('incremental_overlap') ~ "' from "
        ~ progress_table() ~ " where model_name = '" ~ model.name
        ~ "' and input_slug = '" ~ input_slug ~ "'"
    ) if execute and is_incremental() -%}
    '{{ found.rows[0][0] if found and found.rows else "-infinity" }}'::timestamptz
{%- endmacro %}

{# Read, before anything is taken, how new each input is. `inputs`: slug ->
   relation; the stamp of a relation is its loaded_at. #}
{% macro note_inputs(inputs) -%}
    create temporary table taken_input on commit drop as
    {% for slug, relation in inputs.items() -%}
    select
        '{{ slug }}'::text as input_slug,
        max(loaded_at) as taken_until
    from {{ relation }}
    {{ "union all" if not loop.last }}
    {% endfor -%}
    ;
    {% for slug, relation in inputs.items() -%}
    {{ note_stamps(slug, relation) }}
    {% endfor -%}
{%- endmacro %}

{# Read which stamps the newest rows of an input bear, in `seen_stamp`. #}
{% macro note_stamps(input_slug, relation, stamp='loaded_at') -%}
    insert into seen_stamp
    select
        '{{ input_slug }}',
        {{ stamp }},
        count(*)
    from {{ relation }}
    where {{ stamp }} > {% if is_incremental() -%}
        {{ taken_until(input_slug) }}
    {%- else -%}
        (
            select max({{ stamp }}) - interval '{{ var("incremental_overlap") }}'
            from {{ relation }}
        )
    {%- endif %}
    group by {{ stamp }};
{%- endmacro %}

{# Does a row of an input bear a stamp that this model has not taken? #}
{% macro not_yet_taken(input_slug, stamp) -%}
    {{ stamp }} > {{ taken_until(input_slug) }}
    and {{ is_new_stamp("'" ~ input_slug ~ "'", stamp) }}
{%- endmacro %}

{% macro is_new_stamp(input_slug, stamp) -%}
    ({{ input_slug }}, {{ stamp }}) in (
        select
            seen_stamp.input_slug,
            seen_stamp.stamp
        from seen_stamp
        left join {{ taken_stamps() }} as taken
            on
                taken.model_name = '{{ model.name }}'
                and seen_stamp.input_slug = taken.input_slug
                and seen_stamp.stamp = taken.stamp
        where seen_stamp.row_count > coalesce(taken.row_count, 0)
    )
{%- endmacro %}

{# Note that facts were made anew. `keys`: a query of the column row_key, each key once
   where it also has `since`: the moment from which on the rows say something else. A
   note that somebody has not read yet keeps the earlier moment. #}
{% macro note_changes(fact_name, keys, since="'-infinity'::timestamptz") -%}
    insert into {{ fact_changes() }} as noted (fact_name, row_key, changed_at, since)
    select distinct
        '{{ fact_name }}',
        row_key,
        now(),
        {{ since }}
    from ({{ keys }}) as changed
    where row_key is not null
    on conflict (fact_name, row_key) do update
        set
            changed_at = excluded.changed_at,
            since = case
                when noted.changed_at <= (
                    select min(taken_until) - interval '{{ var("incremental_overlap") }}'
                    from {{ progress_table() }}
                    where input_slug = '{{ fact_name }}'
                ) then excluded.since
                else least(noted.since, excluded.since)
            end;
{%- endmacro %}

{# The keys of a followed fact that changed since this model last looked. #}
{% macro followed_changes(fact_name, columns='row_key') -%}
    select {{ columns }} from {{ fact_changes() }}
    where
        fact_name = '{{ fact_name }}'
        and changed_at > {{ taken_until(fact_name) }}
        -- notes of one transaction come all at once, so their number says nothing
        and changed_at not in (
            select stamp from {{ taken_stamps() }}
            where model_name = '{{ model.name }}' and input_slug = '{{ fact_name }}'
        )
{%- endmacro %}

{% macro forget_changes(fact_name) -%}
    delete from {{ fact_changes() }} where fact_name = '{{ fact_name }}';
{%- endmacro %}

{# Post-hook: what pre-hook noted has been taken. #}
{% macro save_progress(follows=none) -%}
    {%- for fact_name in follows or [] %}
    insert into taken_input
    select
        '{{ fact_name }}',
        max(changed_at)
    from {{ fact_changes() }}
    where fact_name = '{{ fact_name }}';
    insert into seen_stamp
    select
        fact_name,
        changed_at,
        count(*)
    from {{ fact_changes() }}
    where
        fact_name = '{{ fact_name }}'
        and changed_at > (
            select taken_until - interval '{{ var("incremental_overlap") }}'
            from taken_input
            where input_slug = '{{ fact_name }}'
        )
    group by fact_name, changed_at;
    {%- endfor %}
    delete from {{ taken_stamps() }} where model_name = '{{ model.name }}';
    insert into {{ taken_stamps() }} (model_name, input_slug, stamp, row_count)
    select
        '{{ model.name }}',
        seen_stamp.input_slug,
        seen_stamp.stamp,
        seen_stamp.row_count
    from seen_stamp
    inner join taken_input
        on seen_stamp.input_slug = taken_input.input_slug
    where
        seen_stamp.stamp
        > taken_input.taken_until - interval '{{ var("incremental_overlap") }}';
    insert into {{ progress_table() }} (model_name, input_slug, taken_until, code)
    select
        '{{ model.name }}',
        input_slug,
        taken_until,
        null
    from taken_input
    where taken_until is not null
    {% if not is_incremental() -%}
    union all
    select '{{ model.name }}', 'built_in_full', now(), null
    union all
    select '{{ model.name }}', 'code', null, '{{ current_code() }}'
    {% endif -%}
    on conflict (model_name, input_slug) do update
        set
            taken_until = greatest(
                {{ progress_table() }}.taken_until, excluded.taken_until
            ),
            code = excluded.code;
{%- endmacro %}
