-- Grain: one week and candidate topic: what customers raise and no topic fits.
with candidates as (
    select * from {{ source('stats', 'emerging_topic') }}
),

-- what the pack says of the same units today: a topic that took most in adopted them
members_now as (
    select
        members.week,
        members.candidate_id,
        units.topic_slug,
        count(*) as unit_count
    from {{ source('stats', 'emerging_topic_unit') }} as members
    inner join {{ ref('fct_opinion_unit') }} as units
        on
            members.feedback_key = units.feedback_key
            and members.unit_seq = units.unit_seq
    group by members.week, members.candidate_id, units.topic_slug
),

adoptions as (
    select distinct on (week, candidate_id)
        week,
        candidate_id,
        topic_slug,
        unit_count
    from members_now
    where topic_slug is not null
    order by week asc, candidate_id asc, unit_count desc, topic_slug asc
),

moods as (
    select
        members.week,
        members.candidate_id,
        count(*) filter (where units.sentiment_label = 'positive') as positive_count,
        count(*) filter (where units.sentiment_label = 'negative') as negative_count,
        count(units.sentiment_label) as voice_count
    from {{ source('stats', 'emerging_topic_unit') }} as members
    inner join {{ ref('fct_opinion_unit') }} as units
        on
            members.feedback_key = units.feedback_key
            and members.unit_seq = units.unit_seq
    group by members.week, members.candidate_id
)

select
    candidates.week,
    candidates.candidate_id,
    candidates.kind,
    array_to_string(candidates.terms[:3], ' · ') as label,
    array_to_string(candidates.terms, ', ') as terms,
    min(candidates.week) over (partition by candidates.candidate_id) as first_week,
    (
        count(*) over (partition by candidates.candidate_id order by candidates.week)
    )::integer as weeks_seen,
    candidates.week = max(candidates.week) over () as is_newest_week,
    candidates.unit_count,
    candidates.voter_count,
    candidates.window_voter_count,
    candidates.background_voter_count,
    {{ share_figures(
        'candidates.voter_count', 'candidates.window_voter_count',
        voices='candidates.voter_count',
    ) }},
    candidates.rise,
    candidates.rise_low,
    candidates.rise_high,
    candidates.q_value,
    {{ shown(
        net_score('moods.positive_count', 'moods.negative_count', 'moods.voice_count'),
        'moods.voice_count',
    ) }} as net_sentiment_pct,
    array_to_string(candidates.examples, E'\n') as examples,
    case
        when 2 * adoptions.unit_count >= candidates.unit_count then adoptions.topic_slug
    end as adopted_topic_slug,
    case
        when 2 * adoptions.unit_count >= candidates.unit_count then topics.topic_name_zh
    end as adopted_topic_name_zh,
    case
        when 2 * adoptions.unit_count >= candidates.unit_count then topics.topic_name_en
    end as adopted_topic_name_en,
    {{ sample_flags('candidates.voter_count') }}
from candidates
left join moods
    on
        candidates.week = moods.week
        and candidates.candidate_id = moods.candidate_id
left join adoptions
    on
        candidates.week = adoptions.week
        and candidates.candidate_id = adoptions.candidate_id
left join {{ ref('dim_topic') }} as topics
    on adoptions.topic_slug = topics.topic_slug
