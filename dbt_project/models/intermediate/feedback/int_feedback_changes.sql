-- Grain: one feedback-bearing raw record, fit or not, and when it last changed here:
-- how core finds what to make anew.
with unioned as (
    select * from {{ ref('int_feedback__unioned') }}
)

select
    feedback_key,
    source_slug,
    source_record_id,
    loaded_at
from unioned
