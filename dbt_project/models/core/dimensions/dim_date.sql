-- Grain: one calendar day, with what China's State Council decreed for it.
with days as (
    select generate_series(
        '{{ var("first_date") }}'::date,
        '{{ var("last_date") }}'::date,
        interval '1 day'
    )::date as date_key
),

decreed_days as (
    select * from {{ ref('calendar') }}
)

select
    days.date_key,
    decreed_days.holiday_name_zh,
    decreed_days.holiday_name_en,
    extract(year from days.date_key)::integer as year_number,
    extract(quarter from days.date_key)::integer as quarter_number,
    extract(month from days.date_key)::integer as month_number,
    extract(isodow from days.date_key)::integer as iso_weekday,
    {{ month_of('days.date_key') }} as month,
    date_trunc('week', days.date_key)::date as week_start_date,
    coalesce(decreed_days.is_workday, extract(isodow from days.date_key) < 6)
        as is_workday,
    coalesce(decreed_days.day_kind = 'holiday', false) as is_holiday,
    coalesce(decreed_days.day_kind = 'makeup_workday', false) as is_makeup_workday
from days
left join decreed_days
    on days.date_key = decreed_days.calendar_date
