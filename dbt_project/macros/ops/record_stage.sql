{# Time an invocation in ops.stage_runs. Silent unless the caller names its run and
   stage, so that a developer's own `dbt build` leaves no trace in the ledger. #}
{% macro record_stage(moment) -%}
    {#- asked for only when running: a variable that parsing has seen makes dbt parse
        all anew when it changes -#}
    {%- set run_id = env_var('VOC_RUN_ID', '') if execute else '' -%}
    {%- set stage = env_var('VOC_STAGE', '') if execute else '' -%}
    {%- if flags.WHICH == 'build' and run_id and stage -%}
        {%- if moment == 'start' -%}
            insert into ops.stage_runs (run_id, stage, status)
            values ('{{ run_id }}', '{{ stage }}', 'running')
            on conflict (run_id, stage) do update
                set
                    status = 'running',
                    detail = null,
                    started_at = now(),
                    ended_at = null
        {%- else -%}
            {%- set failed = results
                | selectattr('status', 'in', ['error', 'fail', 'runtime error']) | list -%}
            update ops.stage_runs
            set
                status = '{{ "failed" if failed else "success" }}',
                detail = {{ "'" ~ (failed | map(attribute='node.name') | join(', ')) ~ "'"
                    if failed else 'null' }},
                ended_at = now()
            where run_id = '{{ run_id }}' and stage = '{{ stage }}'
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
