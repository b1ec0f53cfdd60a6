-- The change of the overall index is the sum of its own and mix points, and the index
-- is 50 and the points of its parts. What is shown is rounded, hence the tolerance.
select
    month,
    scene_slug
from {{ ref('mart_experience_index') }}
where
    abs(index_score - 50 - feeling_points - effort_points - score_points) > 0.03
    or (
        scene_slug = 'overall'
        and abs(change_points - own_points - mix_points) > 0.03
    )
