-- Grain: one surge: a topic or touchpoint, in a region or everywhere, from its first
-- alarm on.
with tested_days as (
    select * from {{ source('stats', 'surge_day') }}
),

newest as (
    select max(day) as newest_day from {{ source('stats', 'surge_judged') }}
),

-- an alarm more than a week after the last one is another surge
starts as (
    select
        *,
        coalesce(
            day - lag(day) over (
                partition by subject_kind, subject_slug, region
                order by day
            ) > 7,
            true
        ) as is_start
    from tested_days
    where is_alarm
),

alarms as (
    select
        *,
        count(*) filter (where is_start) over (
            partition by subject_kind, subject_slug, region
            order by day
        ) as surge_number
    from starts
),

surges as (
    select
        subject_kind,
        subject_slug,
        region,
        surge_number,
        min(day) as first_alarm_date,
        max(day) as last_alarm_date,
        count(*)::integer as alarm_day_count,
        min(q_value) as best_q_value
    from alarms
    group by subject_kind, subject_slug, region, surge_number
),

-- loudest day of the surge; of equals the first
peaks as (
    select distinct on (
        surges.subject_kind, surges.subject_slug, surges.region, surges.surge_number
    )
        surges.subject_kind,
        surges.subject_slug,
        surges.region,
        surges.surge_number,
        tested_days.day as peak_date,
        tested_days.day_count as peak_voice_count
    from surges
    inner join tested_days
        on
            surges.subject_kind = tested_days.subject_kind
            and surges.subject_slug = tested_days.subject_slug
            and surges.region = tested_days.region
            and tested_days.day between
            surges.first_alarm_date - 3 and surges.last_alarm_date
    order by
        surges.subject_kind asc,
        surges.subject_slug asc,
        surges.region asc,
        surges.surge_number asc,
        tested_days.day_count desc,
        tested_days.day asc
),

subjects as (
    select
        'topic' as subject_kind,
        topic_slug as subject_slug,
        topic_name_zh as subject_name_zh,
        topic_name_en as subject_name_en
    from {{ ref('dim_topic') }}
    union all
    select
        'touchpoint' as subject_kind,
        touchpoint_slug as subject_slug,
        touchpoint_name_zh as subject_name_zh,
        touchpoint_name_en as subject_name_en
    from {{ ref('dim_touchpoint') }}
)

select
    md5(
        surges.subject_kind || '|' || surges.subject_slug || '|' || surges.region
        || '|' || surges.first_alarm_date
    ) as surge_key,
    surges.subject_kind,
    surges.subject_slug,
    subjects.subject_name_zh,
    subjects.subject_name_en,
    nullif(surges.region, '*') as region,
    surges.first_alarm_date,
    surges.last_alarm_date,
    surges.alarm_day_count,
    newest.newest_day - surges.last_alarm_date < 7 as is_running,
    peaks.peak_date,
    peaks.peak_voice_count,
    peaks.peak_date - surges.first_alarm_date as days_before_peak,
    first_alarms.window_days,
    first_alarms.window_count as voice_count,
    first_alarms.baseline as baseline_kind,
    first_alarms.baseline_voice_count,
    {{ shown(
        'round(first_alarms.expected::numeric, 3)::double precision',
        'first_alarms.window_count',
    ) }} as expected_count,
    {{ shown('first_alarms.expected_low', 'first_alarms.window_count') }}
        as expected_low,
    {{ shown('first_alarms.expected_high', 'first_alarms.window_count') }}
        as expected_high,
    {{ shown(
        'round((first_alarms.window_count / greatest(first_alarms.expected, 0.5))::numeric, 2)'
        '::double precision',
        'first_alarms.window_count',
    ) }} as observed_to_expected_ratio,
    {{ shown('first_alarms.q_value', 'first_alarms.window_count') }} as q_value,
    {{ shown('surges.best_q_value', 'first_alarms.window_count') }} as best_q_value,
    {{ sample_flags('first_alarms.window_count') }}
from surges
inner join alarms as first_alarms
    on
        surges.subject_kind = first_alarms.subject_kind
        and surges.subject_slug = first_alarms.subject_slug
        and surges.region = first_alarms.region
        and surges.first_alarm_date = first_alarms.day
inner join peaks
    on
        surges.subject_kind = peaks.subject_kind
        and surges.subject_slug = peaks.subject_slug
        and surges.region = peaks.region
        and surges.surge_number = peaks.surge_number
-- inner: a topic that the pack in force does not know cannot be named
inner join subjects
    on
        surges.subject_kind = subjects.subject_kind
        and surges.subject_slug = subjects.subject_slug
cross join newest
