-- Grain: one reason (touchpoint, topic, cause or need) of dissatisfied customers.
with periods as (
    select * from {{ ref('dim_reporting_period') }}
    where period_slug = 'last_12_months'
),

judged as (
    select
        feedback.feedback_key,
        feedback.dedup_weight,
        case
            when
                feedback.nps_score <= 6
                or feedback.csat_score <= 2
                or feedback.rating_ratio <= 0.25
                then 'dissatisfied'
            when
                feedback.nps_score >= 9
                or feedback.csat_score >= 4
                or feedback.rating_ratio >= 0.75
                then 'satisfied'
        end as verdict
    from {{ ref('fct_feedback') }} as feedback
    inner join periods
        on feedback.occurred_date between periods.first_month and periods.last_date
    where
        feedback.subject_slug = 'us'
        and feedback.is_relevant
        and feedback.unit_count > 0
),

totals as (
    select
        verdict,
        count(*)::integer as feedback_count,
        sum(dedup_weight) as weight,
        -- how many independent voices near copies are worth (Kish 1965)
        power(sum(dedup_weight), 2) / sum(power(dedup_weight, 2)) as effective_count
    from judged
    where verdict is not null
    group by verdict
),

complaints as (
    select
        judged.feedback_key,
        judged.verdict,
        judged.dedup_weight,
        units.touchpoint_slug,
        units.topic_slug,
        units.cause_slug,
        units.need_slug
    from judged
    inner join {{ ref('fct_opinion_unit') }} as units
        on judged.feedback_key = units.feedback_key
    where
        judged.verdict is not null
        and units.sentiment_label = 'negative'
),

reasons as (
    select
        feedback_key,
        verdict,
        dedup_weight,
        'touchpoint' as dimension,
        touchpoint_slug as reason_slug
    from complaints
    union all
    select
        feedback_key,
        verdict,
        dedup_weight,
        'topic' as dimension,
        topic_slug as reason_slug
    from complaints
    union all
    select
        feedback_key,
        verdict,
        dedup_weight,
        'cause' as dimension,
        cause_slug as reason_slug
    from complaints
    union all
    select
        feedback_key,
        verdict,
        dedup_weight,
        'need' as dimension,
        need_slug as reason_slug
    from complaints
),

-- one vote per feedback and reason
votes as (
    select distinct
        feedback_key,
        verdict,
        dedup_weight,
        dimension,
        reason_slug
    from reasons
    where reason_slug is not null
),

counted as (
    select
        dimension,
        reason_slug,
        (count(*) filter (where verdict = 'dissatisfied'))::integer as reason_count,
        coalesce(sum(dedup_weight) filter (where verdict = 'dissatisfied'), 0)
            as reason_weight,
        coalesce(sum(dedup_weight) filter (where verdict = 'satisfied'), 0)
            as satisfied_weight
    from votes
    group by dimension, reason_slug
),

shares as (
    select
        counted.dimension,
        counted.reason_slug,
        counted.reason_count,
        unhappy.feedback_count as dissatisfied_count,
        coalesce(happy.feedback_count, 0) as satisfied_count,
        unhappy.effective_count,
        happy.effective_count as happy_effective_count,
        counted.reason_weight / unhappy.weight as share,
        counted.satisfied_weight / happy.weight as happy_share
    from counted
    inner join totals as unhappy
        on unhappy.verdict = 'dissatisfied'
    left join totals as happy
        on happy.verdict = 'satisfied'
    where counted.reason_count > 0
),

bounded as (
    select
        *,
        {{ wilson_bound('share * effective_count', 'effective_count', 'low') }}
            as share_low,
        {{ wilson_bound('share * effective_count', 'effective_count', 'high') }}
            as share_high,
        {{ wilson_bound(
            'happy_share * happy_effective_count', 'happy_effective_count', 'high'
        ) }} as happy_high
    from shares
),

names as (
    select
        'touchpoint' as dimension,
        touchpoint_slug as reason_slug,
        touchpoint_name_zh as name_zh,
        touchpoint_name_en as name_en
    from {{ ref('dim_touchpoint') }}
    union all
    select
        'topic' as dimension,
        topic_slug as reason_slug,
        topic_name_zh as name_zh,
        topic_name_en as name_en
    from {{ ref('dim_topic') }}
    union all
    select
        replace(vocabulary, '_slug', '') as dimension,
        slug as reason_slug,
        name_zh,
        name_en
    from {{ ref('label_values') }}
    where vocabulary in ('cause_slug', 'need_slug')
)

select
    bounded.dimension,
    bounded.reason_slug,
    coalesce(names.name_zh, bounded.reason_slug) as reason_name_zh,
    coalesce(names.name_en, bounded.reason_slug) as reason_name_en,
    {{ shown('bounded.reason_count', 'bounded.dissatisfied_count') }} as reason_count,
    bounded.dissatisfied_count,
    bounded.satisfied_count,
    {{ rounded('bounded.effective_count', 1) }} as effective_count,
    {{ shown(rounded('100 * bounded.share', 3), 'bounded.dissatisfied_count') }}
        as share_pct,
    {{ shown('bounded.share_low', 'bounded.dissatisfied_count') }} as share_low,
    {{ shown('bounded.share_high', 'bounded.dissatisfied_count') }} as share_high,
    {{ shown(rounded('100 * bounded.happy_share', 3), 'bounded.satisfied_count') }}
        as satisfied_share_pct,
    -- both intervals apart: stricter than a test of the difference
    case
        when not {{ is_suppressed(
            'least(bounded.dissatisfied_count, bounded.satisfied_count)'
        ) }}
            then bounded.share_low > bounded.happy_high
    end as is_typical,
    {{ sample_flags('bounded.dissatisfied_count') }}
from bounded
left join names
    on
        bounded.dimension = names.dimension
        and bounded.reason_slug = names.reason_slug
