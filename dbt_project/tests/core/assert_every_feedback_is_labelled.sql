-- Feedback without labels of the current pipeline for its current words: the NLP job
-- did not finish, or the text changed after it ran. Run `voc annotate`, then core
-- again.
select
    feedback_key,
    source_slug,
    source_record_id
from {{ ref('fct_feedback') }}
where
    pipeline_version is null
    or is_relevant is null
