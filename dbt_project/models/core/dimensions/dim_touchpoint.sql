-- Grain: one touchpoint of the journey of the active industry pack.
with touchpoints as (
    select * from {{ ref('touchpoints') }}
    where pack_slug = {{ active_pack() }}
)

select
    touchpoint_slug,
    stage_slug,
    department_slug,
    name_zh as touchpoint_name_zh,
    name_en as touchpoint_name_en,
    stage_name_zh,
    stage_name_en,
    stage_order,
    -- an order over the whole journey: stages first, touchpoints within
    row_number() over (
        order by stage_order asc, touchpoint_order asc, touchpoint_slug asc
    )::integer as touchpoint_order
from touchpoints
