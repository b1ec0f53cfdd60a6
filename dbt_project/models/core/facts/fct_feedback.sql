-- Grain: one piece of feedback, with the labels of the current pipeline. Text is
-- redacted. Incremental: begin_feedback() says what a night makes anew.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    meta={'reads_labels': true, 'follows': ['fct_order']},
    indexes=[
        {'columns': ['customer_key', 'occurred_at']},
        {'columns': ['agent_key']},
        {'columns': ['store_key']},
        {'columns': ['duplicate_cluster_key']},
        {'columns': ['occurred_date', '(' ~ voter_part() ~ ')']},
        {'columns': ['unresolved_keys'], 'type': 'gin'},
    ],
    pre_hook="{{ begin_feedback() }}",
    post_hook="{{ note_changed_voters() }} {{ save_progress(follows=['order']) }}",
) }}

{{ hooks_read([
    'int_feedback_changes',
    'stg_crm__customers',
    'stg_crm__agents',
    'stg_crm__stores',
    'stg_crm__products',
]) }}
with feedback as (
    select context.*
    from {{ ref('int_feedback_context') }} as context
    -- by the source's own ids: those are indexed, the hash of them is not
    where {{ only_redone('context', 'redone_feedback', {
        'source_slug': 'source_slug', 'source_record_id': 'source_record_id'
    }) }}
),

documents as (
    select documents.*
    from {{ source('nlp', 'documents') }} as documents
    inner join {{ source('nlp', 'pipelines') }} as pipelines
        on documents.pipeline_version = pipelines.pipeline_version
    where pipelines.is_current
),

customers as (
    select * from {{ ref('dim_customer') }}
),

stores as (
    select * from {{ ref('dim_store') }}
),

agents as (
    select * from {{ ref('dim_agent') }}
),

products as (
    select * from {{ ref('dim_product') }}
),

-- some sites name a city and no outlet
city_regions as (
    select
        city,
        min(region) as region
    from stores
    where city is not null
    group by city
)

select
    -- keys
    feedback.feedback_key,
    feedback.source_slug,
    feedback.source_record_id,
    feedback.channel_slug,
    customers.customer_key,
    -- somebody who is not in the CRM still is one person: one author, one vote
    case
        when customers.customer_key is null
            then
                md5(
                    feedback.source_slug || '|'
                    || coalesce(feedback.author_ref, feedback.customer_ref)
                )
    end as author_key,
    agents.agent_key,
    agents_then.team_id,
    stores.store_key,
    products.product_key,
    feedback.order_ref as order_id,
    feedback.subject_slug,
    documents.duplicate_cluster_key,
    documents.pipeline_version,
    -- place
    coalesce(feedback.city, stores_then.city, customers_then.city) as city,
    coalesce(stores_then.region, customers_then.region, city_regions.region) as region,
    -- text
    documents.redacted_text,
    documents.language,
    documents.noise_reason,
    documents.sentiment_label,
    -- context
    {{ context_at('feedback.occurred_at') }},
    -- measures
    feedback.rating::numeric(38, 2) as rating,
    feedback.rating_scale::numeric(38, 2) as rating_scale,
    {{ rating_ratio('feedback.rating', 'feedback.rating_scale') }} as rating_ratio,
    feedback.nps_score,
    feedback.csat_score::numeric(4, 2) as csat_score,
    feedback.ces_score::numeric(4, 2) as ces_score,
    documents.dedup_weight,
    documents.sentiment_score,
    documents.sentiment_confidence,
    documents.unit_count,
    -- flags
    feedback.is_solicited,
    documents.is_relevant,
    documents.is_burst,
    -- timestamps
    feedback.occurred_at,
    {{ local_date('feedback.occurred_at') }} as occurred_date,
    feedback.received_at,
    -- what the record names and we do not know yet
    {{ unresolved_keys([
        ('customers.customer_key', 'feedback.customer_ref'),
        ('agents.agent_key', 'feedback.agent_ref'),
        ('stores.store_key', crm_key('feedback.store_ref')),
        ('products.product_key', crm_key('feedback.product_ref')),
    ]) }} as unresolved_keys
from feedback
-- left: feedback that the NLP job has not seen must fail a test, not vanish
left join documents
    on
        feedback.feedback_key = documents.feedback_key
        and feedback.text_hash = documents.text_hash
left join customers
    on feedback.customer_ref = customers.customer_key
left join stores
    on {{ crm_key('feedback.store_ref') }} = stores.store_key
left join agents
    on feedback.agent_ref = agents.agent_key
left join products
    on {{ crm_key('feedback.product_ref') }} = products.product_key
left join city_regions
    on feedback.city = city_regions.city
{{ join_version_at(ref('dim_customer_history'), 'customers', 'customer_key',
    'customers.customer_key', 'feedback.occurred_at') }}
{{ join_version_at(ref('dim_store_history'), 'stores', 'store_key',
    'stores.store_key', 'feedback.occurred_at') }}
{{ join_version_at(ref('dim_agent_history'), 'agents', 'agent_key',
    'agents.agent_key', 'feedback.occurred_at') }}
{{ join_orders_until(ref('fct_order'), 'customers.customer_key',
    'feedback.occurred_at') }}
