-- Grain: one member of staff with feedback in the last 12 months.
with scores as (
    select * from {{ source('stats', 'unit_score') }}
    where unit_kind = 'agent'
)

select
    scores.unit_key as agent_key,
    agents.agent_id,
    agents.team_id,
    agents.team_name,
    agents.department_slug,
    scores.feedback_count,
    round(scores.voice_weight::numeric, 3)::double precision as voice_weight,
    {{ shown(
        'round(scores.raw_score::numeric, 2)::double precision', 'scores.feedback_count'
    ) }} as raw_score,
    {{ shown(
        'round(scores.score::numeric, 2)::double precision', 'scores.feedback_count'
    ) }} as score,
    {{ shown(
        'round(scores.score_low::numeric, 2)::double precision', 'scores.feedback_count'
    ) }} as score_low,
    {{ shown(
        'round(scores.score_high::numeric, 2)::double precision', 'scores.feedback_count'
    ) }} as score_high,
    round((100 * scores.shrinkage_weight)::numeric, 2)::double precision
        as own_voices_pct,
    round(scores.kind_mean::numeric, 2)::double precision as mean_score,
    {{ shown('scores.unit_rank', 'scores.feedback_count') }} as score_rank,
    {{ shown('scores.rank_low', 'scores.feedback_count') }} as rank_low,
    {{ shown('scores.rank_high', 'scores.feedback_count') }} as rank_high,
    scores.unit_count as ranked_count,
    {{ shown('scores.peer_rank', 'scores.feedback_count') }} as peer_rank,
    {{ shown('scores.peer_rank_low', 'scores.feedback_count') }} as peer_rank_low,
    {{ shown('scores.peer_rank_high', 'scores.feedback_count') }} as peer_rank_high,
    scores.peer_count,
    {{ shown(
        'scores.kind_mean between scores.score_low and scores.score_high',
        'scores.feedback_count',
    ) }} as is_inside_noise,
    {{ sample_flags('scores.feedback_count') }}
from scores
inner join {{ ref('dim_agent') }} as agents
    on scores.unit_key = agents.agent_key
