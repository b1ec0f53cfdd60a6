-- Grain: one complete week and topic (`all`: everybody), with the events and holidays
-- that fall into it.
with topic_days as (
    select
        *,
        date_trunc('week', occurred_date)::date as week
    from {{ ref('fct_topic_day') }}
),

span as (
    select
        -- a week that began or still runs outside the feedback would look like a fall
        date_trunc('week', min(occurred_date) + 6)::date as first_week,
        date_trunc('week', max(occurred_date) + 1)::date - 7 as last_week
    from topic_days
),

weeks as (
    select
        days.week_start_date as week,
        count(*) filter (where days.is_holiday)::integer as holiday_day_count
    from {{ ref('dim_date') }} as days
    inner join span
        on days.week_start_date between span.first_week and span.last_week
    group by days.week_start_date
),

orders as (
    select
        date_trunc('week', ordered_date)::date as week,
        count(*)::integer as order_count
    from {{ ref('fct_order') }}
    where not is_cancelled
    group by date_trunc('week', ordered_date)
),

week_events as (
    select
        weeks.week,
        string_agg(
            distinct events.event_name_zh, ' · ' order by events.event_name_zh
        ) as event_names_zh,
        string_agg(
            distinct events.event_name_en, ' · ' order by events.event_name_en
        ) as event_names_en,
        -- one colour a week: what the company does itself comes first, days off last
        (
            array_agg(
                events.event_kind
                order by
                    array_position(
                        array['company', 'shopping', 'public', 'holiday'],
                        events.event_kind
                    ) asc
            )
        )[1] as event_kind
    from weeks
    inner join {{ ref('dim_event') }} as events
        on
            weeks.week <= events.ended_date
            and weeks.week + 6 >= events.started_date
    group by weeks.week
),

voices as (
    select
        week,
        topic_slug,
        sum(voice_count) as voice_count,
        sum(negative_voice_count) as negative_voice_count
    from topic_days
    group by week, topic_slug
),

-- a week in which nobody names a topic is a zero, not a gap
spoken_topics as (
    select distinct topic_slug from voices
),

cells as (
    select
        weeks.week,
        weeks.holiday_day_count,
        spoken_topics.topic_slug,
        coalesce(voices.voice_count, 0) as voice_count,
        coalesce(voices.negative_voice_count, 0) as negative_voice_count,
        coalesce(totals.voice_count, 0) as total_voice_count
    from weeks
    cross join spoken_topics
    left join voices
        on
            weeks.week = voices.week
            and spoken_topics.topic_slug = voices.topic_slug
    left join voices as totals
        on
            weeks.week = totals.week
            and totals.topic_slug = 'all'
)

select
    cells.week,
    cells.topic_slug,
    coalesce(topics.topic_name_zh, '全部') as topic_name_zh,
    coalesce(topics.topic_name_en, 'All') as topic_name_en,
    topics.level1_name_zh,
    topics.level2_name_zh,
    -- the votes of everybody are the n
    case
        when cells.topic_slug = 'all' then {{ rounded('cells.voice_count') }}
        else {{ shown(rounded('cells.voice_count'), 'cells.total_voice_count') }}
    end as voice_count,
    {{ shown(rounded('cells.negative_voice_count'), 'cells.total_voice_count') }}
        as negative_voice_count,
    {{ rounded('cells.total_voice_count') }} as total_voice_count,
    {{ share_figures(
        'cells.voice_count', 'cells.total_voice_count', of="cells.topic_slug <> 'all'"
    ) }},
    coalesce(orders.order_count, 0) as order_count,
    coalesce(week_events.event_kind, 'none') as event_kind,
    week_events.event_names_zh,
    week_events.event_names_en,
    cells.holiday_day_count,
    {{ sample_flags('cells.total_voice_count') }}
from cells
left join {{ ref('dim_topic') }} as topics
    on cells.topic_slug = topics.topic_slug
left join orders
    on cells.week = orders.week
left join week_events
    on cells.week = week_events.week
