-- Grain: one story of a breakpoint, or the one against it, over the last 12 months, in
-- the customer's words.
with periods as (
    select * from {{ ref('dim_reporting_period') }}
    where period_slug = 'last_12_months'
),

stories as (
    select
        breakpoints.breakpoint_key,
        'evidence' as story_role,
        breakpoints.from_department_slug,
        breakpoints.to_department_slug,
        breakpoints.breakpoint_kind,
        breakpoints.feedback_key,
        breakpoints.from_unit_seq,
        breakpoints.to_unit_seq,
        breakpoints.intensity,
        ranked.representativeness
    from {{ ref('fct_breakpoint') }} as breakpoints
    inner join periods
        on breakpoints.occurred_date between periods.first_month and periods.last_date
    left join {{ source('stats', 'breakpoint_evidence') }} as ranked
        on
            breakpoints.feedback_key = ranked.feedback_key
            and breakpoints.from_department_slug = ranked.from_department_slug
            and breakpoints.to_department_slug = ranked.to_department_slug
            and not ranked.is_dissenting
),

-- the story in which the same two departments did well stands beside every kind
dissents as (
    select
        md5(
            dissents.feedback_key || '|' || kinds.from_department_slug || '|'
            || kinds.to_department_slug || '|' || kinds.breakpoint_kind || '|dissent'
        ) as breakpoint_key,
        'dissent' as story_role,
        kinds.from_department_slug,
        kinds.to_department_slug,
        kinds.breakpoint_kind,
        dissents.feedback_key,
        dissents.from_unit_seq,
        dissents.to_unit_seq,
        null::smallint as intensity,
        dissents.representativeness
    from (
        select distinct
            from_department_slug,
            to_department_slug,
            breakpoint_kind
        from stories
    ) as kinds
    inner join {{ source('stats', 'breakpoint_evidence') }} as dissents
        on
            kinds.from_department_slug = dissents.from_department_slug
            and kinds.to_department_slug = dissents.to_department_slug
            and dissents.is_dissenting
),

breakpoints as (
    select * from stories
    union all
    select * from dissents
),

kinds as (
    select * from {{ ref('label_values') }}
    where vocabulary = 'breakpoint_kind'
)

select
    breakpoints.breakpoint_key,
    breakpoints.story_role,
    breakpoints.from_department_slug,
    from_departments.department_name_zh as from_department_name_zh,
    from_departments.department_name_en as from_department_name_en,
    breakpoints.to_department_slug,
    to_departments.department_name_zh as to_department_name_zh,
    to_departments.department_name_en as to_department_name_en,
    from_departments.department_name_zh || ' → ' || to_departments.department_name_zh
        as pair_label_zh,
    breakpoints.breakpoint_kind,
    kinds.name_zh as breakpoint_kind_name_zh,
    kinds.name_en as breakpoint_kind_name_en,
    breakpoints.feedback_key,
    feedback.occurred_date,
    feedback.channel_slug,
    channels.channel_name_zh,
    {{ region_or_unknown('feedback.region') }} as region,
    left(feedback.redacted_text, 300) as quote,
    from_units.redacted_text as from_quote,
    to_units.redacted_text as to_quote,
    breakpoints.intensity,
    row_number() over (
        partition by
            breakpoints.from_department_slug,
            breakpoints.to_department_slug,
            breakpoints.breakpoint_kind,
            breakpoints.story_role
        order by
            -- the most typical first; copies of one text last; the newest of equals
            feedback.dedup_weight < 1 asc,
            breakpoints.representativeness desc nulls last,
            breakpoints.intensity desc nulls last,
            feedback.occurred_date desc,
            breakpoints.feedback_key asc
    )::integer as evidence_rank,
    breakpoints.representativeness
from breakpoints
inner join {{ ref('fct_feedback') }} as feedback
    on breakpoints.feedback_key = feedback.feedback_key
inner join {{ ref('fct_opinion_unit') }} as from_units
    on
        breakpoints.feedback_key = from_units.feedback_key
        and breakpoints.from_unit_seq = from_units.unit_seq
inner join {{ ref('fct_opinion_unit') }} as to_units
    on
        breakpoints.feedback_key = to_units.feedback_key
        and breakpoints.to_unit_seq = to_units.unit_seq
inner join {{ ref('dim_department') }} as from_departments
    on breakpoints.from_department_slug = from_departments.department_slug
inner join {{ ref('dim_department') }} as to_departments
    on breakpoints.to_department_slug = to_departments.department_slug
inner join {{ ref('dim_channel') }} as channels
    on feedback.channel_slug = channels.channel_slug
left join kinds
    on breakpoints.breakpoint_kind = kinds.slug
