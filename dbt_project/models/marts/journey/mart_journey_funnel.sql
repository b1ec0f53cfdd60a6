-- Grain: one step of the way from an advert to the next order, of one group of
-- journeys: all, of a channel, a campaign, a month, a customer segment.
with grouped_journeys as (
    select
        journeys.campaign_key,
        journeys.customer_key,
        members.dimension,
        coalesce(members.segment_slug, 'unknown') as segment_slug,
        coalesce(members.segment_name, members.segment_slug, '未知') as segment_name
    from {{ ref('fct_campaign_journey') }} as journeys
    left join {{ ref('dim_campaign') }} as campaigns
        on journeys.campaign_key = campaigns.campaign_key
    left join {{ ref('dim_customer') }} as customers
        on journeys.customer_key = customers.customer_key
    cross join lateral (
        values
        ('all', 'all', '全部'),
        ('channel', campaigns.campaign_channel, null),
        ('campaign', campaigns.campaign_id, campaigns.campaign_name),
        ('month', to_char(journeys.seen_date, 'YYYY-MM'), null),
        ('customer_segment', customers.segment, null)
    ) as members (dimension, segment_slug, segment_name)
),

counted as (
    select
        members.dimension,
        members.segment_slug,
        min(members.segment_name) as segment_name,
        reached_steps.step_slug,
        count(reached_steps.reached_at)::integer as journey_count,
        -- to be seen is the first step: nothing has to run out before it counts
        count(*) filter (
            where reached_steps.is_window_over or reached_steps.step_slug = 'seen'
        )::integer as base_count,
        count(reached_steps.reached_at) filter (
            where reached_steps.is_window_over
        )::integer as reached_count,
        percentile_cont(0.5) within group (order by reached_steps.days_since_base)
        filter (where reached_steps.is_window_over) as median_days,
        sum(reached_steps.amount_cny) as amount_cny
    from {{ ref('fct_campaign_step') }} as reached_steps
    inner join grouped_journeys as members
        on
            reached_steps.campaign_key = members.campaign_key
            and reached_steps.customer_key = members.customer_key
    group by members.dimension, members.segment_slug, reached_steps.step_slug
),

complaints as (
    select
        units.customer_key,
        units.topic_slug,
        feedback.occurred_at
    from {{ ref('fct_opinion_unit') }} as units
    inner join {{ ref('fct_feedback') }} as feedback
        on units.feedback_key = feedback.feedback_key
    where
        units.subject_slug = 'us'
        and units.is_relevant
        and units.sentiment_label = 'negative'
        and units.customer_key is not null
),

-- what is said between this step and the next; one customer is one voice
voices as (
    select
        members.dimension,
        members.segment_slug,
        reached_steps.step_slug,
        complaints.customer_key,
        complaints.topic_slug
    from {{ ref('fct_campaign_step') }} as reached_steps
    inner join complaints
        on
            reached_steps.customer_key = complaints.customer_key
            and reached_steps.reached_at <= complaints.occurred_at
            and reached_steps.until_at > complaints.occurred_at
    inner join grouped_journeys as members
        on
            reached_steps.campaign_key = members.campaign_key
            and reached_steps.customer_key = members.customer_key
),

negative_voices as (
    select
        dimension,
        segment_slug,
        step_slug,
        count(distinct customer_key)::integer as negative_customer_count
    from voices
    group by dimension, segment_slug, step_slug
),

topic_voices as (
    select
        dimension,
        segment_slug,
        step_slug,
        topic_slug,
        count(distinct customer_key)::integer as customer_count
    from voices
    where topic_slug is not null
    group by dimension, segment_slug, step_slug, topic_slug
),

top_topics as (
    select distinct on (dimension, segment_slug, step_slug)
        dimension,
        segment_slug,
        step_slug,
        topic_slug,
        customer_count
    from topic_voices
    where not {{ is_suppressed('customer_count') }}
    order by
        dimension asc, segment_slug asc, step_slug asc,
        customer_count desc, topic_slug asc
),

-- is_main: the way itself; the others stand beside it for comparison
steps as (
    select *
    from (
        values
        ('seen', 1, null, true, '看到广告', 'Saw the advert'),
        ('clicked', 2, 'seen', true, '点击', 'Clicked'),
        ('ordered', 3, 'clicked', true, '下单', 'Ordered'),
        ('complained', 4, 'ordered', true, '投诉', 'Complained'),
        ('resolved', 5, 'complained', true, '投诉已解决', 'Complaint resolved'),
        ('bought_again', 6, 'resolved', true, '解决后复购', 'Bought again, resolved'),
        (
            'bought_again_unresolved', 7, 'complained', false,
            '未解决仍复购', 'Bought again, unresolved'
        ),
        (
            'bought_again_calm', 8, 'ordered', false,
            '无投诉复购', 'Bought again, no complaint'
        ),
        (
            'ordered_unclicked', 9, 'seen', false,
            '未点击下单', 'Ordered without a click'
        )
    ) as listed (
        step_slug, step_order, base_step_slug, is_main, step_name_zh, step_name_en
    )
)

select
    counted.dimension,
    counted.segment_slug,
    counted.segment_name,
    steps.step_order,
    counted.step_slug,
    steps.step_name_zh,
    steps.step_name_en,
    steps.base_step_slug,
    counted.journey_count,
    case when steps.base_step_slug is not null then counted.base_count end
        as base_count,
    case when steps.base_step_slug is not null then counted.reached_count end
        as reached_count,
    case
        when steps.base_step_slug is not null and counted.step_slug <> 'complained'
            then counted.base_count - counted.reached_count
    end as lost_count,
    case when steps.base_step_slug is not null then {{ shown(
        rounded('100.0 * counted.reached_count / counted.base_count', 3),
        'counted.base_count',
    ) }} end as share_pct,
    case when steps.base_step_slug is not null then {{ shown(
        wilson_bound('counted.reached_count', 'counted.base_count', 'low'),
        'counted.base_count',
    ) }} end as share_low,
    case when steps.base_step_slug is not null then {{ shown(
        wilson_bound('counted.reached_count', 'counted.base_count', 'high'),
        'counted.base_count',
    ) }} end as share_high,
    case when steps.base_step_slug is not null then {{ shown(
        rounded('counted.median_days', 2),
        'counted.reached_count',
    ) }} end as median_days,
    {{ shown(rounded('counted.amount_cny'), 'counted.journey_count') }} as amount_cny,
    coalesce(negative_voices.negative_customer_count, 0) as negative_customer_count,
    top_topics.customer_count as top_topic_customer_count,
    top_topics.topic_slug as top_topic_slug,
    topics.topic_name_zh as top_topic_name_zh,
    topics.topic_name_en as top_topic_name_en,
    steps.is_main,
    {{ is_small_sample('counted.base_count') }} as is_small_sample,
    {{ is_suppressed('counted.base_count') }} as is_suppressed
from counted
inner join steps
    on counted.step_slug = steps.step_slug
left join negative_voices
    on
        counted.dimension = negative_voices.dimension
        and counted.segment_slug = negative_voices.segment_slug
        and counted.step_slug = negative_voices.step_slug
left join top_topics
    on
        counted.dimension = top_topics.dimension
        and counted.segment_slug = top_topics.segment_slug
        and counted.step_slug = top_topics.step_slug
left join {{ ref('dim_topic') }} as topics
    on top_topics.topic_slug = topics.topic_slug
