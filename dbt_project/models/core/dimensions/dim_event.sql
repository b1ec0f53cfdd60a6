-- Grain: one event each time that it takes place: statutory holidays, shopping
-- festivals, events of the company.
with listed as (
    select
        event_slug,
        name_zh as event_name_zh,
        name_en as event_name_en,
        event_kind,
        started_date,
        ended_date
    from {{ ref('events') }}
),

holiday_days as (
    select
        calendar_date,
        holiday_name_zh,
        holiday_name_en,
        calendar_date - lag(calendar_date) over (
            partition by holiday_name_en
            order by calendar_date asc
        ) as days_since_last
    from {{ ref('calendar') }}
    where day_kind = 'holiday'
),

-- the calendar leaves out weekends that were free anyway: a break of up to four days
-- does not end a holiday
holiday_runs as (
    select
        *,
        count(*) filter (where coalesce(days_since_last, 99) > 4) over (
            partition by holiday_name_en
            order by calendar_date asc
        ) as run_number
    from holiday_days
),

holidays as (
    select
        btrim(
            regexp_replace(
                lower(replace(holiday_name_en, '''', '')), '[^a-z0-9]+', '_', 'g'
            ), '_'
        ) as event_slug,
        min(holiday_name_zh) as event_name_zh,
        holiday_name_en as event_name_en,
        'holiday' as event_kind,
        min(calendar_date) as started_date,
        max(calendar_date) as ended_date
    from holiday_runs
    group by holiday_name_en, run_number
),

events as (
    select * from listed
    union all
    select * from holidays
)

select
    md5('event|' || event_slug || '|' || started_date) as event_key,
    event_slug,
    event_name_zh,
    event_name_en,
    event_kind,
    started_date,
    ended_date
from events
