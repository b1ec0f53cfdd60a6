-- A department that falls out with itself is no breakpoint between departments.
select breakpoint_key
from {{ ref('fct_breakpoint') }}
where from_department_slug = to_department_slug
