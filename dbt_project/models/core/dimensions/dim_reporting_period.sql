-- Grain: one named period that summaries look back over, counted from the newest
-- feedback.
with newest as (
    -- the data's own clock: a night that is run again, or years later, looks back the
    -- same
    select {{ month_of('max(occurred_date)') }} as last_month
    from {{ ref('fct_feedback') }}
    where
        subject_slug = 'us'
        and is_relevant
)

select
    'last_12_months' as period_slug,
    (last_month - interval '11 months')::date as first_month,
    last_month,
    (last_month + interval '1 month' - interval '1 day')::date as last_date
from newest
where last_month is not null
