-- Grain: one department that can answer for a touchpoint.
with departments as (
    select * from {{ ref('departments') }}
)

select
    department_slug,
    name_zh as department_name_zh,
    name_en as department_name_en
from departments
