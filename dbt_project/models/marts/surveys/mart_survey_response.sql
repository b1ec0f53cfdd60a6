-- Grain: one month, survey and channel of invitations; small ones of a month pooled.
with invitations as (
    select
        is_sent,
        is_delivered,
        is_started,
        is_completed,
        is_within_seven_days,
        state,
        seconds_to_answer,
        coalesce(survey_slug, 'unknown') as survey_slug,
        coalesce(invitation_channel, 'unknown') as invitation_channel,
        {{ month_of('sent_date') }} as month
    from {{ ref('fct_survey_invitation') }}
),

placed as (
    {{ pool_small_cells(
        'invitations', ['month'], ['survey_slug', 'invitation_channel'],
        voices='count(*) filter (where is_sent)',
    ) }}
),

cells as (
    select
        month,
        shown_survey_slug as survey_slug,
        shown_invitation_channel as invitation_channel,
        count(*)::integer as invitation_count,
        count(*) filter (where is_sent)::integer as sent_count,
        count(*) filter (where is_delivered)::integer as delivered_count,
        count(*) filter (where is_started)::integer as started_count,
        count(*) filter (where is_completed)::integer as completed_count,
        count(*) filter (where state = 'suppressed')::integer as suppressed_count,
        count(*) filter (where state = 'opted_out')::integer as opted_out_count,
        count(*) filter (where is_sent and is_within_seven_days)::integer
            as rule_break_count,
        percentile_cont(0.5) within group (order by seconds_to_answer / 60 asc)
        filter (where is_completed) as median_minutes
    from placed
    group by month, shown_survey_slug, shown_invitation_channel
)

select
    month,
    survey_slug,
    invitation_channel,
    invitation_count,
    sent_count,
    {{ shown('delivered_count', 'sent_count') }} as delivered_count,
    {{ shown('started_count', 'sent_count') }} as started_count,
    {{ shown('completed_count', 'sent_count') }} as completed_count,
    suppressed_count,
    opted_out_count,
    {{ shown('rule_break_count', 'sent_count') }} as rule_break_count,
    {{ share_figures('completed_count', 'sent_count', stem='response_rate') }},
    {{ shown(
        'round(median_minutes::numeric, 1)::double precision', 'completed_count'
    ) }} as median_minutes_to_answer,
    {{ sample_flags('sent_count') }}
from cells
