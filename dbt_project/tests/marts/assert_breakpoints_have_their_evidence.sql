-- A breakpoint counts more or fewer stories than can be opened behind it.
with evidence as (
    select
        from_department_slug,
        to_department_slug,
        breakpoint_kind,
        count(*) as story_count
    from {{ ref('mart_breakpoint_evidence') }}
    where story_role = 'evidence'
    group by from_department_slug, to_department_slug, breakpoint_kind
)

select
    breakpoints.from_department_slug,
    breakpoints.to_department_slug,
    breakpoints.breakpoint_kind,
    breakpoints.feedback_count,
    evidence.story_count
from {{ ref('mart_breakpoints') }} as breakpoints
full outer join evidence
    on
        breakpoints.from_department_slug = evidence.from_department_slug
        and breakpoints.to_department_slug = evidence.to_department_slug
        and breakpoints.breakpoint_kind = evidence.breakpoint_kind
where breakpoints.feedback_count is distinct from evidence.story_count
