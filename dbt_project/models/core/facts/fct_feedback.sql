-- Grain: one piece of feedback, with the labels of the current pipeline. Text is
-- redacted.
with feedback as (
    select * from {{ ref('int_feedback_context') }}
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
    stores.store_key,
    products.product_key,
    feedback.order_ref as order_id,
    feedback.subject_slug,
    documents.duplicate_cluster_key,
    documents.pipeline_version,
    -- place
    coalesce(feedback.city, stores.city, customers.city) as city,
    coalesce(stores.region, customers.region, city_regions.region) as region,
    -- text
    documents.redacted_text,
    documents.language,
    documents.noise_reason,
    documents.sentiment_label,
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
    -- timestamps
    feedback.occurred_at,
    {{ local_date('feedback.occurred_at') }} as occurred_date,
    feedback.received_at
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
