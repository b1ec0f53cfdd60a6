-- Grain: one step of the way from an advert to the next order, of one group of
-- journeys: all, of a channel, a campaign, a month, a customer segment.
{% set segments = ['channel', 'campaign', 'month', 'customer_segment'] %}

with last_days as (
    select
        (select max(orders.ordered_date) from {{ ref('fct_order') }} as orders)
            as ordered_date,
        (select max(feedback.occurred_date) from {{ ref('fct_feedback') }} as feedback)
            as occurred_date
),

-- the data's own clock: whether a window is over must not depend on when this runs. The
-- newest moment lies on the newest day, which an index knows
clock as (
    select
        greatest(
            (
                select max(orders.ordered_at)
                from {{ ref('fct_order') }} as orders
                inner join last_days
                    on orders.ordered_date = last_days.ordered_date
            ),
            (
                select max(feedback.occurred_at)
                from {{ ref('fct_feedback') }} as feedback
                inner join last_days
                    on feedback.occurred_date = last_days.occurred_date
            )
        ) as last_at
),

-- planned for each of its readers: written down once, it is all steps by all names
journey_steps as not materialized (
    select
        steps.customer_key,
        steps.campaign_key,
        steps.step_slug,
        steps.seen_date,
        steps.reached_at,
        steps.until_at,
        steps.window_ends_at <= clock.last_at as is_window_over,
        steps.days_since_base,
        steps.amount_cny,
        campaigns.campaign_name,
        coalesce(campaigns.campaign_channel, 'unknown') as channel,
        coalesce(campaigns.campaign_id, 'unknown') as campaign,
        to_char(steps.seen_date, 'YYYY-MM') as month,
        coalesce(customers.segment, 'unknown') as customer_segment
    from {{ ref('fct_campaign_step') }} as steps
    cross join clock
    left join {{ ref('dim_campaign') }} as campaigns
        on steps.campaign_key = campaigns.campaign_key
    left join {{ ref('dim_customer') }} as customers
        on steps.customer_key = customers.customer_key
),

-- one row for all journeys that are alike: what is added up is added up here, so that
-- the segments are counted over few rows. By day and key: names are for the few rows
days as (
    select
        step_slug,
        campaign_key,
        seen_date,
        customer_segment,
        count(reached_at) as journey_count,
        -- to be seen is the first step: nothing has to run out before it counts
        count(*) filter (where is_window_over or step_slug = 'seen') as base_count,
        count(reached_at) filter (where is_window_over) as reached_count,
        sum(amount_cny) as amount_cny
    from journey_steps
    group by step_slug, campaign_key, seen_date, customer_segment
),

alike as (
    select
        days.step_slug,
        days.customer_segment,
        days.journey_count,
        days.base_count,
        days.reached_count,
        days.amount_cny,
        campaigns.campaign_name,
        coalesce(campaigns.campaign_channel, 'unknown') as channel,
        coalesce(campaigns.campaign_id, 'unknown') as campaign,
        to_char(days.seen_date, 'YYYY-MM') as month
    from days
    left join {{ ref('dim_campaign') }} as campaigns
        on days.campaign_key = campaigns.campaign_key
),

counted as (
    select
        {{ dimension_of(segments) }} as dimension,
        {{ segment_of(segments) }} as segment_slug,
        case when grouping(campaign) = 0 then min(campaign_name) end as campaign_name,
        step_slug,
        sum(journey_count)::integer as journey_count,
        sum(base_count)::integer as base_count,
        sum(reached_count)::integer as reached_count,
        sum(amount_cny) as amount_cny
    from alike
    group by step_slug, {{ sets_of(segments) }}
),

-- a median cannot be added up; to be seen takes no time
paces as (
    select
        {{ dimension_of(segments) }} as dimension,
        {{ segment_of(segments) }} as segment_slug,
        step_slug,
        percentile_cont(0.5) within group (order by days_since_base) as median_days
    from journey_steps
    where
        is_window_over
        and reached_at is not null
        and step_slug <> 'seen'
    group by step_slug, {{ sets_of(segments) }}
),

complaints as (
    select
        feedback_key,
        customer_key,
        topic_slug,
        occurred_date
    from {{ ref('fct_opinion_unit') }}
    where
        subject_slug = 'us'
        and is_relevant
        and sentiment_label = 'negative'
        and customer_key is not null
),

-- by the day first: few complaints are left of which the moment has to be looked up
voices_of_days as (
    select
        journey_steps.step_slug,
        journey_steps.reached_at,
        journey_steps.until_at,
        complaints.feedback_key,
        complaints.customer_key,
        complaints.topic_slug,
        journey_steps.{{ segments | join(',\n        journey_steps.') }}
    from journey_steps
    inner join complaints
        on
            journey_steps.customer_key = complaints.customer_key
            and {{ local_date('journey_steps.reached_at') }} <= complaints.occurred_date
            and {{ local_date('journey_steps.until_at') }} >= complaints.occurred_date
    -- said again for the planner: few journeys come this far
    where journey_steps.reached_at is not null
),

-- what is said between this step and the next; one customer is one voice
voices as (
    select voices_of_days.*
    from voices_of_days
    inner join {{ ref('fct_feedback') }} as feedback
        on voices_of_days.feedback_key = feedback.feedback_key
    where
        voices_of_days.reached_at <= feedback.occurred_at
        and voices_of_days.until_at > feedback.occurred_at
),

negative_voices as (
    select
        {{ dimension_of(segments) }} as dimension,
        {{ segment_of(segments) }} as segment_slug,
        step_slug,
        count(distinct customer_key)::integer as negative_customer_count
    from voices
    group by step_slug, {{ sets_of(segments) }}
),

topic_voices as (
    select
        {{ dimension_of(segments) }} as dimension,
        {{ segment_of(segments) }} as segment_slug,
        step_slug,
        topic_slug,
        count(distinct customer_key)::integer as customer_count
    from voices
    where topic_slug is not null
    group by step_slug, topic_slug, {{ sets_of(segments) }}
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
),

-- groups add up to all: the small ones of a step take the next smallest with them
covers as (
    select
        counted.*,
        paces.median_days,
        steps.step_order,
        steps.step_name_zh,
        steps.step_name_en,
        steps.base_step_slug,
        base_steps.step_order as base_step_order,
        steps.is_main,
        steps.base_step_slug is not null
        and {{ needs_cover(
            'counted.base_count', 'counted.dimension, counted.step_slug',
            'counted.segment_slug',
        ) }} as is_covered,
        {{ needs_cover(
            'counted.journey_count', 'counted.dimension, counted.step_slug',
            'counted.segment_slug',
        ) }} as is_amount_covered
    from counted
    inner join steps
        on counted.step_slug = steps.step_slug
    left join steps as base_steps
        on steps.base_step_slug = base_steps.step_slug
    left join paces
        on
            counted.dimension = paces.dimension
            and counted.segment_slug = paces.segment_slug
            and counted.step_slug = paces.step_slug
),

-- what is hidden stays so along the way: the base of a step tells who reached the one
-- before
hidden as (
    select
        *,
        {{ is_suppressed('base_count') }}
        or is_covered
        or coalesce(
            min(step_order) filter (where is_covered and is_main) over (
                partition by dimension, segment_slug
            ) <= base_step_order,
            false
        ) as is_hidden
    from covers
)

select
    hidden.dimension,
    hidden.segment_slug,
    case hidden.segment_slug
        when 'all' then '全部'
        when 'unknown' then '未知'
        else coalesce(hidden.campaign_name, hidden.segment_slug)
    end as segment_name,
    hidden.step_order,
    hidden.step_slug,
    hidden.step_name_zh,
    hidden.step_name_en,
    hidden.base_step_slug,
    -- who saw the advert is the n of the group
    case
        when hidden.base_step_slug is null or not hidden.is_hidden
            then hidden.journey_count
    end as journey_count,
    case
        when hidden.base_step_slug is not null and not hidden.is_hidden
            then hidden.base_count
    end as base_count,
    case
        when hidden.base_step_slug is not null and not hidden.is_hidden
            then hidden.reached_count
    end as reached_count,
    case
        when
            hidden.base_step_slug is not null
            and hidden.step_slug <> 'complained'
            and not hidden.is_hidden
            then hidden.base_count - hidden.reached_count
    end as lost_count,
    case
        when hidden.base_step_slug is not null and not hidden.is_hidden
            then {{ rounded('100.0 * hidden.reached_count / hidden.base_count', 3) }}
    end as share_pct,
    case
        when hidden.base_step_slug is not null and not hidden.is_hidden
            then {{ wilson_bound('hidden.reached_count', 'hidden.base_count', 'low') }}
    end as share_low,
    case
        when hidden.base_step_slug is not null and not hidden.is_hidden
            then {{ wilson_bound('hidden.reached_count', 'hidden.base_count', 'high') }}
    end as share_high,
    case
        when hidden.base_step_slug is not null and not hidden.is_hidden
            then {{ shown(rounded('hidden.median_days', 2), 'hidden.reached_count') }}
    end as median_days,
    case
        when not hidden.is_hidden and not hidden.is_amount_covered
            then {{ shown(rounded('hidden.amount_cny'), 'hidden.journey_count') }}
    end as amount_cny,
    case
        when not hidden.is_hidden
            then coalesce(negative_voices.negative_customer_count, 0)
    end as negative_customer_count,
    case when not hidden.is_hidden then top_topics.customer_count end
        as top_topic_customer_count,
    case when not hidden.is_hidden then top_topics.topic_slug end as top_topic_slug,
    case when not hidden.is_hidden then topics.topic_name_zh end as top_topic_name_zh,
    case when not hidden.is_hidden then topics.topic_name_en end as top_topic_name_en,
    hidden.is_main,
    {{ is_small_sample('hidden.base_count') }} as is_small_sample,
    hidden.is_hidden as is_suppressed
from hidden
left join negative_voices
    on
        hidden.dimension = negative_voices.dimension
        and hidden.segment_slug = negative_voices.segment_slug
        and hidden.step_slug = negative_voices.step_slug
left join top_topics
    on
        hidden.dimension = top_topics.dimension
        and hidden.segment_slug = top_topics.segment_slug
        and hidden.step_slug = top_topics.step_slug
left join {{ ref('dim_topic') }} as topics
    on top_topics.topic_slug = topics.topic_slug
