-- Grain: one topic and measure within a scope: a quarter, a channel or the whole of the
-- last 12 months.
with shares as (
    select
        *,
        -- the channels of a year add up to it: the small ones take one more with them
        {{ needs_cover(
            'topic_feedback_count',
            'scope_slug, period_start, measure_slug, topic_slug',
            'channel_slug',
        ) }} or {{ is_suppressed('topic_feedback_count') }} as is_hidden
    from {{ source('stats', 'topic_prevalence') }}
)

select
    shares.scope_slug,
    shares.period_start,
    shares.channel_slug,
    case when shares.channel_slug = 'all' then '全部' else channels.channel_name_zh end
        as channel_name_zh,
    case when shares.channel_slug = 'all' then 'All' else channels.channel_name_en end
        as channel_name_en,
    shares.measure_slug,
    shares.topic_slug,
    topics.topic_name_zh,
    topics.topic_name_en,
    topics.level1_slug,
    topics.level1_name_zh,
    topics.level1_name_en,
    shares.feedback_count,
    case when not shares.is_hidden then shares.topic_feedback_count end
        as topic_feedback_count,
    case
        when not shares.is_hidden then {{ rounded('100 * shares.observed_share', 3) }}
    end as observed_share_pct,
    case
        when not shares.is_hidden then {{ rounded('100 * shares.corrected_share', 3) }}
    end as corrected_share_pct,
    case
        when not shares.is_hidden then {{ rounded('100 * shares.corrected_low', 3) }}
    end as corrected_low_pct,
    case
        when not shares.is_hidden then {{ rounded('100 * shares.corrected_high', 3) }}
    end as corrected_high_pct,
    case when not shares.is_hidden then shares.is_misstated end as is_misstated,
    shares.correction as correction_slug,
    shares.rates_level as rates_level_slug,
    {{ rounded('100 * shares.true_positive_rate') }} as true_positive_rate_pct,
    {{ rounded('100 * shares.false_positive_rate') }} as false_positive_rate_pct,
    {{ rounded('shares.gold_documents', 1) }} as gold_documents,
    {{ is_small_sample('shares.topic_feedback_count') }} as is_small_sample,
    shares.is_hidden as is_suppressed
from shares
inner join {{ ref('dim_topic') }} as topics
    on shares.topic_slug = topics.topic_slug
left join {{ ref('dim_channel') }} as channels
    on shares.channel_slug = channels.channel_slug
where shares.channel_slug = 'all' or channels.channel_slug is not null
