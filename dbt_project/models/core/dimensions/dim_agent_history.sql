-- Grain: one version of a member of staff: a state that the CRM held for a while.

{{ config(
    materialized='incremental',
    full_refresh=false,
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    indexes=[{'columns': ['agent_key', 'valid_from'], 'unique': true}],
    pre_hook="{{ begin_history('agent', ['team_id', 'team_name', 'department_slug']) }}",
    post_hook="{{ save_progress() }}",
) }}

{{ hooks_read(['stg_crm__agents']) }}
{{ new_versions('agent_key', ['team_id', 'team_name', 'department_slug']) }}
