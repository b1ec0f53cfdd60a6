-- Grain: one version of a customer: a state that the CRM held for a while.

{{ config(
    materialized='incremental',
    full_refresh=false,
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    indexes=[{'columns': ['customer_key', 'valid_from'], 'unique': true}],
    pre_hook="{{ begin_history('customer', ['city', 'region', 'segment', 'member_tier']) }}",
    post_hook="{{ save_progress() }}",
) }}

{{ hooks_read(['stg_crm__customers']) }}
{{ new_versions('customer_key', ['city', 'region', 'segment', 'member_tier']) }}
