-- Grain: one raw record that is not feedback, with the reason. Nothing is dropped in
-- silence.
with unioned as (
    select * from {{ ref('int_feedback__unioned') }}
)

select
    source_slug,
    source_record_id,
    reason_code,
    loaded_at
from unioned
where reason_code is not null
