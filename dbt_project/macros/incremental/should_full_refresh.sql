{# Takes the place of dbt's own macro: an incremental model is also built anew when
   what made its rows is no longer what it was, so nobody has to remember --full-
   refresh. That is, when
     - its SQL or its column types changed since it was last built in full,
     - a variable of the project that it names (meta.reads_vars) is another one,
     - it reads labels (meta.reads_labels) and another pipeline version became current,
     - a fact that it follows (meta.follows) was built in full since.
   A changed macro is not noticed: build with --full-refresh then. #}
{% macro should_full_refresh() -%}
    {%- set asked = config.get('full_refresh') -%}
    {%- if asked is none -%}
        {%- set asked = flags.FULL_REFRESH -%}
        {%- if not asked and execute and model.config.materialized == 'incremental' -%}
            {%- set asked = built_by_code() != current_code() -%}
        {%- endif -%}
    {%- endif -%}
    {{ return(asked) }}
{%- endmacro %}

{# What made the rows that stand in the table, '' when nobody knows. #}
{% macro built_by_code() -%}
    {%- if progress_exists() -%}
        {%- set found = run_query(
            "select code from " ~ progress_table() ~ " where model_name = '"
            ~ model.name ~ "' and input_slug = 'code'"
        ) -%}
        {{ return(found.rows[0][0] if found.rows else '') }}
    {%- endif -%}
    {{ return('') }}
{%- endmacro %}

{# What would make them now. #}
{% macro current_code() -%}
    {%- set types = [] -%}
    {%- for column in model.columns.values() -%}
        {%- do types.append(column.name ~ ' ' ~ column.data_type) -%}
    {%- endfor -%}
    {%- set parts = [local_md5(model.raw_code ~ types | join(','))] -%}
    {%- set meta = model.config.meta -%}
    {%- if meta.reads_labels -%}
        {%- set found = run_query(
            "select pipeline_version from nlp.pipelines where is_current"
        ) -%}
        {%- do parts.append(found.rows[0][0] if found.rows else 'unlabelled') -%}
    {%- endif -%}
    {%- for name in meta.reads_vars or [] -%}
        {%- do parts.append(name ~ ' ' ~ tojson(var(name), sort_keys=true)) -%}
    {%- endfor -%}
    {%- if meta.follows and progress_exists() -%}
        {%- set found = run_query(
            "select string_agg(model_name || ' ' || taken_until, ',' order by model_name)"
            ~ " from " ~ progress_table() ~ " where input_slug = 'built_in_full'"
            ~ " and model_name in (" ~ quoted(meta.follows) ~ ")"
        ) -%}
        {%- do parts.append(found.rows[0][0] or '') -%}
    {%- endif -%}
    {{ return(parts | join('|')) }}
{%- endmacro %}
