{# History of a dimension (SCD 2): one row per id and version. A version is a state
   of the tracked columns; it begins when the source changed the record
   (updated_at), the first one at the beginning of time, because nobody knows how
   long it had been so.

   The table is the one thing in core that cannot be built anew, for raw keeps the
   current copy of each record alone: --full-refresh leaves it.

   Pre-hook: find the records that changed, close the version that they end. A
   change that the source does not date after the version that stands corrects that
   version. #}
{% macro begin_history(name, tracked) -%}
    {%- set staging = ref('stg_crm__' ~ name ~ 's') -%}
    {%- set key_id, key = name ~ '_id', name ~ '_key' -%}
    {{ ensure_progress() }}
    {{ note_inputs({'records': staging}) }}
    create temporary table new_version on commit drop as
    with records as (
        select
            {{ crm_key(key_id) }} as {{ key }},
            {{ tracked | join(', ') }},
            updated_at
        from {{ staging }}
        where loaded_at > {{ taken_until('records') }}
    )

    select
        records.{{ key }},
        {% for column in tracked %}records.{{ column }}, {% endfor %}
        {% if is_incremental() -%}
        standing.valid_from as ends_from,
        case
            when standing.{{ key }} is null then {{ history_begins() }}
            else greatest(standing.valid_from, records.updated_at)
        end as valid_from
        {% else -%}
        null::timestamptz as ends_from,
        {{ history_begins() }} as valid_from
        {% endif -%}
    from records
    {% if is_incremental() -%}
    left join {{ this }} as standing
        on
            records.{{ key }} = standing.{{ key }}
            and standing.valid_to = {{ history_ends() }}
    where
        standing.{{ key }} is null
        or (
            {% for column in tracked -%}
            standing.{{ column }}{{ ", " if not loop.last }}
            {%- endfor %}
        ) is distinct from (
            {% for column in tracked -%}
            records.{{ column }}{{ ", " if not loop.last }}
            {%- endfor %}
        )
    {% endif -%}
    ;
    {% if is_incremental() -%}
    delete from {{ this }} as standing
    using new_version
    where
        standing.{{ key }} = new_version.{{ key }}
        and standing.valid_from = new_version.valid_from
        and standing.valid_to = {{ history_ends() }};
    update {{ this }} as standing
    set valid_to = new_version.valid_from
    from new_version
    where
        standing.{{ key }} = new_version.{{ key }}
        and standing.valid_to = {{ history_ends() }};
    {%- endif %}
{%- endmacro %}

{# Before every record, and after every one: finite, for clients that know no
   infinity. #}
{% macro history_begins() -%}
    '1900-01-01 00:00:00+00'::timestamptz
{%- endmacro %}

{% macro history_ends() -%}
    '9999-01-01 00:00:00+00'::timestamptz
{%- endmacro %}

{# The new versions, for the model to append. #}
{% macro new_versions(key, tracked) -%}
    select
        {{ key }},
        {{ tracked | join(', ') }},
        valid_from,
        {{ history_ends() }} as valid_to
    from new_version
{%- endmacro %}
