-- Grain: one month, survey and channel of invitations; small ones of a month pooled.
-- Counted before it is pooled: the pool, some passes over its rows, then goes over as
-- many as there are cells, however many invitations.
with invitations as not materialized (
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

alike as (
    select
        month,
        survey_slug,
        invitation_channel,
        count(*) as invitation_count,
        count(*) filter (where is_sent) as sent_count,
        count(*) filter (where is_delivered) as delivered_count,
        count(*) filter (where is_started) as started_count,
        count(*) filter (where is_completed) as completed_count,
        count(*) filter (where state = 'suppressed') as suppressed_count,
        count(*) filter (where state = 'opted_out') as opted_out_count,
        count(*) filter (where is_sent and is_within_seven_days) as rule_break_count
    from invitations
    group by month, survey_slug, invitation_channel
),

placed as (
    {{ pool_small_cells(
        'alike', ['month'], ['survey_slug', 'invitation_channel'],
        voices='sum(sent_count)',
    ) }}
),

-- a median cannot be added up
medians as (
    select
        placed.month,
        placed.shown_survey_slug,
        placed.shown_invitation_channel,
        percentile_cont(0.5) within group (
            order by invitations.seconds_to_answer / 60 asc
        ) as median_minutes
    from invitations
    inner join placed
        on
            invitations.month = placed.month
            and invitations.survey_slug = placed.survey_slug
            and invitations.invitation_channel = placed.invitation_channel
    where invitations.is_completed
    group by placed.month, placed.shown_survey_slug, placed.shown_invitation_channel
),

sums as (
    select
        month,
        shown_survey_slug as survey_slug,
        shown_invitation_channel as invitation_channel,
        sum(invitation_count)::integer as invitation_count,
        sum(sent_count)::integer as sent_count,
        sum(delivered_count)::integer as delivered_count,
        sum(started_count)::integer as started_count,
        sum(completed_count)::integer as completed_count,
        sum(suppressed_count)::integer as suppressed_count,
        sum(opted_out_count)::integer as opted_out_count,
        sum(rule_break_count)::integer as rule_break_count
    from placed
    group by month, shown_survey_slug, shown_invitation_channel
),

-- every median has its sums, so this is a left join; said so, it is planned for a
-- single row, and compares each cell with each
cells as (
    select
        sums.*,
        medians.median_minutes
    from sums
    full join medians
        on
            sums.month = medians.month
            and sums.survey_slug = medians.shown_survey_slug
            and sums.invitation_channel = medians.shown_invitation_channel
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
