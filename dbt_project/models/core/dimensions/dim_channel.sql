-- Grain: one channel through which feedback comes in.
with channels as (
    select * from {{ ref('channels') }}
)

select
    channel_slug,
    name_zh as channel_name_zh,
    name_en as channel_name_en,
    channel_order,
    is_solicited_default
from channels
