-- Grain: one need and touchpoint at which customers speak of it, over the last 12
-- months.
with periods as (
    select * from {{ ref('dim_reporting_period') }}
    where period_slug = 'last_12_months'
),

-- one voice per customer (else author), need and touchpoint
voices as (
    select
        units.need_slug,
        units.touchpoint_slug,
        {{ voter_key('units') }} as voter_key,
        max(units.dedup_weight) as dedup_weight,
        count(distinct units.feedback_key) as feedback_count,
        coalesce(max(units.intensity) >= 4, false) as is_important,
        sum((units.sentiment_label = 'positive')::integer)
        > sum((units.sentiment_label = 'negative')::integer) as is_satisfied,
        bool_or(units.intent_slug = 'suggestion') as is_suggesting,
        bool_or(units.need_kind = 'unmet') as is_unmet,
        bool_or(units.need_kind = 'workaround') as is_working_around,
        bool_or(units.need_kind = 'wish') as is_wishing
    from {{ ref('fct_opinion_unit') }} as units
    inner join periods
        on units.occurred_date between periods.first_month and periods.last_date
    where
        units.subject_slug = 'us'
        and units.is_relevant
        and units.need_slug is not null
        and units.touchpoint_slug is not null
    group by units.need_slug, units.touchpoint_slug, {{ voter_key('units') }}
),

cells as (
    select
        need_slug,
        touchpoint_slug,
        count(*)::integer as voter_count,
        sum(feedback_count)::integer as feedback_count,
        -- near copies are one voice together
        sum(dedup_weight) as voice_weight,
        coalesce(sum(dedup_weight) filter (where is_important), 0) as important_weight,
        coalesce(sum(dedup_weight) filter (where is_satisfied), 0) as satisfied_weight,
        coalesce(
            sum(dedup_weight) filter (where is_important and is_satisfied), 0
        ) as both_weight,
        count(*) filter (where is_suggesting)::integer as suggestion_count,
        count(*) filter (where is_unmet)::integer as unmet_count,
        count(*) filter (where is_working_around)::integer as workaround_count,
        count(*) filter (where is_wishing)::integer as wish_count
    from voices
    group by need_slug, touchpoint_slug
),

shares as (
    select
        *,
        important_weight / voice_weight as important_share,
        coalesce(satisfied_weight, 0) / voice_weight as satisfied_share,
        both_weight / voice_weight as both_share
    from cells
),

scores as (
    select
        *,
        10 * important_share as importance,
        10 * satisfied_share as satisfaction,
        10 * (important_share + greatest(important_share - satisfied_share, 0))
            as opportunity,
        -- variance of 2 I - S of one multinomial sample; of I alone where nothing is
        -- missing
        10 * sqrt(
            greatest(
                case
                    when important_share > satisfied_share
                        then
                            4 * important_share * (1 - important_share)
                            + satisfied_share * (1 - satisfied_share)
                            - 4 * (both_share - important_share * satisfied_share)
                    else important_share * (1 - important_share)
                end,
                0
            ) / voice_weight
        ) as opportunity_error
    from shares
)

select
    scores.need_slug,
    needs.name_zh as need_name_zh,
    needs.name_en as need_name_en,
    scores.touchpoint_slug,
    touchpoints.touchpoint_name_zh,
    touchpoints.touchpoint_name_en,
    scores.voter_count,
    scores.feedback_count,
    {{ shown('scores.suggestion_count', 'scores.voter_count') }} as suggestion_count,
    {{ shown('scores.unmet_count', 'scores.voter_count') }} as unmet_count,
    {{ shown('scores.workaround_count', 'scores.voter_count') }} as workaround_count,
    {{ shown('scores.wish_count', 'scores.voter_count') }} as wish_count,
    {{ shown(
        'round(scores.importance::numeric, 2)::double precision', 'scores.voter_count'
    ) }} as importance_score,
    {{ shown(
        'round(scores.satisfaction::numeric, 2)::double precision', 'scores.voter_count'
    ) }} as satisfaction_score,
    {{ shown(
        'round(scores.opportunity::numeric, 2)::double precision', 'scores.voter_count'
    ) }} as opportunity_score,
    {{ shown(
        'round(greatest(scores.opportunity - ' ~ z_95() ~ ' * scores.opportunity_error, 0)'
        '::numeric, 2)::double precision',
        'scores.voter_count',
    ) }} as opportunity_low,
    {{ shown(
        'round(least(scores.opportunity + ' ~ z_95() ~ ' * scores.opportunity_error, 20)'
        '::numeric, 2)::double precision',
        'scores.voter_count',
    ) }} as opportunity_high,
    {{ shown(
        "case"
        " when scores.opportunity > 15 then 'extreme'"
        " when scores.opportunity >= 12 then 'high'"
        " when scores.opportunity >= 10 then 'worth_it'"
        " else 'served' end",
        'scores.voter_count',
    ) }} as opportunity_class,
    {{ sample_flags('scores.voter_count') }}
from scores
inner join {{ ref('dim_touchpoint') }} as touchpoints
    on scores.touchpoint_slug = touchpoints.touchpoint_slug
inner join {{ ref('label_values') }} as needs
    on
        scores.need_slug = needs.slug
        and needs.vocabulary = 'need_slug'
