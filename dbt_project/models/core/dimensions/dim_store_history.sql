-- Grain: one version of a store: a state that the CRM held for a while.

{{ config(
    materialized='incremental',
    full_refresh=false,
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    indexes=[{'columns': ['store_key', 'valid_from'], 'unique': true}],
    pre_hook="{{ begin_history('store', ['store_name', 'city', 'region']) }}",
    post_hook="{{ save_progress() }}",
) }}

{{ hooks_read(['stg_crm__stores']) }}
{{ new_versions('store_key', ['store_name', 'city', 'region']) }}
