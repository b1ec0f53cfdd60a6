-- Grain: one event, each time that it takes place, and topic: is the topic louder
-- around it than in the weeks before and after?
-- Beside it the same over all voices (topic `all`). Together is not because of: other
-- things happen in the same weeks.
{% set echo, around, fewest = var('event_days').echo, var('event_days').around, 14 %}

with topic_days as (
    select * from {{ ref('fct_topic_day') }}
),

span as (
    select
        min(occurred_date) as first_date,
        max(occurred_date) as last_date
    from topic_days
),

orders as (
    select
        ordered_date,
        count(*) as order_count
    from {{ ref('fct_order') }}
    where not is_cancelled
    group by ordered_date
),

-- what people say of an event goes on after it; only events that feedback covers whole
events as (
    select
        events.*,
        events.ended_date + {{ echo }} as echo_date
    from {{ ref('dim_event') }} as events
    inner join span
        on
            events.started_date - {{ around }} >= span.first_date
            and events.ended_date + {{ echo }} <= span.last_date
),

-- a day of another event is no ordinary day to compare with
windows as (
    select
        events.event_key,
        days.date_key,
        days.date_key between events.started_date and events.echo_date as is_during
    from events
    cross join span
    inner join {{ ref('dim_date') }} as days
        on
            days.date_key between events.started_date - {{ around }}
            and least(events.echo_date + {{ around }}, span.last_date)
    where
        days.date_key between events.started_date and events.echo_date
        or not exists (
            select 1
            from {{ ref('dim_event') }} as others
            where days.date_key between others.started_date and others.ended_date
        )
),

lengths as (
    select
        windows.event_key,
        count(*) filter (where windows.is_during)::integer as day_count,
        count(*) filter (where not windows.is_during)::integer as base_day_count,
        coalesce(sum(orders.order_count) filter (where windows.is_during), 0)::integer
            as order_count,
        coalesce(
            sum(orders.order_count) filter (where not windows.is_during), 0
        )::integer
            as base_order_count
    from windows
    left join orders
        on windows.date_key = orders.ordered_date
    group by windows.event_key
),

voices as (
    select
        windows.event_key,
        topic_days.topic_slug,
        coalesce(sum(topic_days.voice_count) filter (where windows.is_during), 0)
            as voice_count,
        coalesce(sum(topic_days.voice_count) filter (where not windows.is_during), 0)
            as base_voice_count,
        coalesce(
            sum(topic_days.negative_voice_count) filter (where windows.is_during), 0
        )
            as negative_voice_count
    from windows
    inner join topic_days
        on windows.date_key = topic_days.occurred_date
    group by windows.event_key, topic_days.topic_slug
),

totals as (
    select
        event_key,
        voice_count as total_voice_count,
        base_voice_count as base_total_voice_count
    from voices
    where topic_slug = 'all'
),

-- ten voices of a topic on both sides, and enough days to compare with
compared as (
    select
        voices.*,
        totals.total_voice_count,
        totals.base_total_voice_count,
        lengths.day_count,
        lengths.base_day_count,
        lengths.order_count,
        lengths.base_order_count,
        (
            voices.topic_slug <> 'all'
            and voices.voice_count + voices.base_voice_count >= 10
            and totals.total_voice_count >= {{ var('suppressed_size') }}
            and totals.base_total_voice_count >= {{ var('suppressed_size') }}
            and lengths.base_day_count >= {{ fewest }}
        ) as is_tested
    from voices
    inner join totals
        on voices.event_key = totals.event_key
    inner join lengths
        on voices.event_key = lengths.event_key
),

measured as (
    select
        compared.*,
        case when compared.is_tested then {{ rate_ratio(
            'compared.voice_count', 'compared.total_voice_count',
            'compared.base_voice_count', 'compared.base_total_voice_count',
        ) }} end as ratio,
        case when compared.is_tested then {{ rate_ratio_bound(
            'compared.voice_count', 'compared.total_voice_count',
            'compared.base_voice_count', 'compared.base_total_voice_count', 'low',
        ) }} end as ratio_low,
        case when compared.is_tested then {{ rate_ratio_bound(
            'compared.voice_count', 'compared.total_voice_count',
            'compared.base_voice_count', 'compared.base_total_voice_count', 'high',
        ) }} end as ratio_high
    from compared
),

-- the error of log(ratio) is what its interval says; a ratio of no error says nothing
tested as (
    select
        *,
        case
            when ratio_high > ratio_low
                then
                    erfc(
                        abs(ln(ratio))
                        / (ln(ratio_high / ratio_low) / (2 * {{ z_95() }}))
                        / sqrt(2.0)
                    )
            when ratio is not null then 1.0
        end as p_value
    from measured
),

ranked as (
    select
        *,
        count(p_value) over () as test_count,
        row_number() over (order by p_value asc nulls last) as p_rank
    from tested
),

-- Benjamini and Hochberg over all events and topics
judged as (
    select
        *,
        case
            when p_value is not null
                then
                    least(
                        min(p_value * test_count / p_rank) over (
                            order by p_rank desc
                            rows between unbounded preceding and current row
                        ),
                        1
                    )
        end as q_value
    from ranked
)

select
    events.event_key,
    events.event_slug,
    events.event_name_zh,
    events.event_name_en,
    events.event_kind,
    events.started_date,
    events.ended_date,
    judged.topic_slug,
    coalesce(topics.topic_name_zh, '全部') as topic_name_zh,
    coalesce(topics.topic_name_en, 'All') as topic_name_en,
    judged.day_count,
    judged.base_day_count,
    -- the votes of everybody are the n
    case
        when judged.topic_slug = 'all' then {{ rounded('judged.voice_count') }}
        else {{ shown(rounded('judged.voice_count'), 'judged.total_voice_count') }}
    end as voice_count,
    {{ rounded('judged.total_voice_count') }} as total_voice_count,
    {{ rounded('judged.base_voice_count') }} as base_voice_count,
    {{ rounded('judged.base_total_voice_count') }} as base_total_voice_count,
    {{ shown(
        rounded('judged.voice_count / judged.day_count', 3), 'judged.total_voice_count'
    ) }} as voices_per_day,
    {{ rounded('judged.base_voice_count / nullif(judged.base_day_count, 0)', 3) }}
        as base_voices_per_day,
    {{ rounded('judged.order_count::double precision / judged.day_count', 3) }}
        as orders_per_day,
    {{ rounded(
        'judged.base_order_count::double precision / nullif(judged.base_day_count, 0)', 3
    ) }} as base_orders_per_day,
    {{ share_figures(
        'judged.voice_count', 'judged.total_voice_count', of="judged.topic_slug <> 'all'"
    ) }},
    {{ shown(
        rounded('100 * judged.negative_voice_count / nullif(judged.voice_count, 0)', 1),
        'judged.voice_count',
    ) }} as negative_pct,
    {{ rounded('judged.ratio', 3) }} as share_ratio,
    {{ rounded('judged.ratio_low', 3) }} as share_ratio_low,
    {{ rounded('judged.ratio_high', 3) }} as share_ratio_high,
    {{ rounded('judged.q_value', 6) }} as q_value,
    (
        count(judged.ratio) over (
            partition by events.event_slug, judged.topic_slug
        )
    )::integer as times_compared,
    (
        count(*) filter (where judged.ratio > 1) over (
            partition by events.event_slug, judged.topic_slug
        )
    )::integer as times_louder,
    judged.q_value >= 0.05 as is_inside_noise,
    {{ sample_flags('judged.total_voice_count') }}
from judged
inner join events
    on judged.event_key = events.event_key
left join {{ ref('dim_topic') }} as topics
    on judged.topic_slug = topics.topic_slug
