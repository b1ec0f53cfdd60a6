-- Grain: one directed pair of departments, over the last 12 months: what trouble at the
-- first does to how the second is judged.
with periods as (
    select * from {{ ref('dim_reporting_period') }}
    where period_slug = 'last_12_months'
),

-- one opinion per feedback and department
opinions as (
    select
        units.feedback_key,
        units.department_slug,
        max(units.dedup_weight) as dedup_weight,
        sign(
            sum((units.sentiment_label = 'positive')::integer)
            - sum((units.sentiment_label = 'negative')::integer)
        ) as leaning,
        bool_or(
            coalesce(
                units.sentiment_label = 'negative' or units.promise_role = 'breach',
                false
            )
        ) as is_blamed
    from {{ ref('fct_opinion_unit') }} as units
    inner join periods
        on units.occurred_date between periods.first_month and periods.last_date
    where
        units.subject_slug = 'us'
        and units.is_relevant
        and units.department_slug is not null
    group by units.feedback_key, units.department_slug
),

-- how one department fares in the feedback that blames another one
beside_blamed as (
    select
        blamed.department_slug as from_department_slug,
        judged.department_slug as to_department_slug,
        judged.feedback_key,
        judged.dedup_weight,
        judged.leaning
    from opinions as judged
    inner join opinions as blamed
        on
            judged.feedback_key = blamed.feedback_key
            and judged.department_slug <> blamed.department_slug
            and blamed.is_blamed
    where judged.leaning is not null
),

affected as (
    select
        from_department_slug,
        to_department_slug,
        count(*)::integer as feedback_count,
        sum(dedup_weight) as voice_weight,
        coalesce(sum(dedup_weight) filter (where leaning > 0), 0) as positive_weight,
        coalesce(sum(dedup_weight) filter (where leaning < 0), 0) as negative_weight
    from beside_blamed
    group by from_department_slug, to_department_slug
),

-- the comparison is feedback that blames somebody as well, but not this one: a customer
-- in a bad mood judges everybody harshly
any_blamed as (
    select
        to_department_slug,
        feedback_key,
        max(dedup_weight) as dedup_weight,
        max(leaning) as leaning
    from beside_blamed
    group by to_department_slug, feedback_key
),

all_blamed as (
    select
        to_department_slug,
        count(*)::integer as feedback_count,
        sum(dedup_weight) as voice_weight,
        coalesce(sum(dedup_weight) filter (where leaning > 0), 0) as positive_weight,
        coalesce(sum(dedup_weight) filter (where leaning < 0), 0) as negative_weight
    from any_blamed
    group by to_department_slug
),

contrasts as (
    select
        affected.*,
        all_blamed.feedback_count - affected.feedback_count as other_feedback_count,
        -- rounded: sums of fractions leave a crumb where nothing is left
        greatest(
            round((all_blamed.voice_weight - affected.voice_weight)::numeric, 6), 0
        )::double precision as other_weight,
        greatest(
            round(
                (all_blamed.positive_weight - affected.positive_weight)::numeric, 6
            ), 0
        )::double precision as other_positive_weight,
        greatest(
            round(
                (all_blamed.negative_weight - affected.negative_weight)::numeric, 6
            ), 0
        )::double precision as other_negative_weight
    from affected
    inner join all_blamed
        on affected.to_department_slug = all_blamed.to_department_slug
),

measured as (
    select
        *,
        least(feedback_count, other_feedback_count) as smaller_count,
        {{ net_score_centre('positive_weight', 'negative_weight', 'voice_weight') }}
        - {{ net_score_centre(
            'other_positive_weight', 'other_negative_weight', 'other_weight'
        ) }} as difference,
        {{ net_score_error('positive_weight', 'negative_weight', 'voice_weight') }}
            as own_error,
        {{ net_score_error(
            'other_positive_weight', 'other_negative_weight', 'other_weight'
        ) }} as other_error
    from contrasts
),

tests as (
    select
        *,
        {{ z_95() }} * sqrt(power(own_error, 2) + power(other_error, 2)) as margin,
        case
            when not {{ is_small_sample('smaller_count') }}
                then {{ difference_p_value('difference', 'own_error', 'other_error') }}
        end as p_value
    from measured
),

ranked as (
    select
        *,
        count(p_value) over (
            order by p_value asc nulls last
            range between unbounded preceding and current row
        ) as p_rank,
        count(p_value) over () as test_count
    from tests
),

judged as (
    select
        *,
        case
            when p_value is not null
                then
                    least(
                        min(p_value * test_count / p_rank) over (
                            order by p_value desc nulls first
                            range between unbounded preceding and current row
                        ),
                        1
                    )
        end as q_value
    from ranked
)

select
    judged.from_department_slug,
    from_departments.department_name_zh as from_department_name_zh,
    from_departments.department_name_en as from_department_name_en,
    judged.to_department_slug,
    to_departments.department_name_zh as to_department_name_zh,
    to_departments.department_name_en as to_department_name_en,
    from_departments.department_name_zh || ' → ' || to_departments.department_name_zh
        as pair_label_zh,
    from_departments.department_name_en || ' → ' || to_departments.department_name_en
        as pair_label_en,
    judged.feedback_count,
    judged.other_feedback_count,
    {{ shown(
        net_score(
            'judged.positive_weight', 'judged.negative_weight', 'judged.voice_weight'
        ),
        'judged.smaller_count',
    ) }} as net_sentiment_pct,
    {{ shown(
        net_score(
            'judged.other_positive_weight', 'judged.other_negative_weight',
            'judged.other_weight',
        ),
        'judged.smaller_count',
    ) }} as other_net_sentiment_pct,
    {{ shown(
        'round((100 * judged.difference)::numeric, 2)::double precision',
        'judged.smaller_count',
    ) }} as impact_pct,
    {{ shown(
        'round((100 * (judged.difference - judged.margin))::numeric, 2)::double precision',
        'judged.smaller_count',
    ) }} as impact_low,
    {{ shown(
        'round((100 * (judged.difference + judged.margin))::numeric, 2)::double precision',
        'judged.smaller_count',
    ) }} as impact_high,
    {{ shown(
        'round(judged.q_value::numeric, 6)::double precision', 'judged.smaller_count'
    ) }} as q_value,
    {{ shown('abs(judged.difference) <= judged.margin', 'judged.smaller_count') }}
        as is_inside_noise,
    {{ sample_flags('judged.smaller_count') }}
from judged
inner join {{ ref('dim_department') }} as from_departments
    on judged.from_department_slug = from_departments.department_slug
inner join {{ ref('dim_department') }} as to_departments
    on judged.to_department_slug = to_departments.department_slug
