-- Grain: one topic (third level) of the taxonomy of the active industry pack.
with topics as (
    select * from {{ ref('topics') }}
    where pack_slug = {{ active_pack() }}
)

select
    topic_slug,
    level1_slug,
    level2_slug,
    name_zh as topic_name_zh,
    name_en as topic_name_en,
    level1_name_zh,
    level1_name_en,
    level2_name_zh,
    level2_name_en
from topics
