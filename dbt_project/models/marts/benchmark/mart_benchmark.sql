-- Grain: one subject (us or a competitor) with enough public reviews in the last 12
-- months.
with subjects as (
    select
        *,
        -- us: the row that all others are compared with
        max(index_value) filter (where subject_slug = 'us') over () as our_index,
        max(index_low) filter (where subject_slug = 'us') over () as our_index_low,
        max(index_high) filter (where subject_slug = 'us') over () as our_index_high,
        max(index_value) over () as leader_index
    from {{ source('stats', 'benchmark_index') }}
)

select
    subject_slug,
    subject_slug = 'us' as is_us,
    review_count,
    site_count,
    round(raw_score::numeric, 2)::double precision as raw_score,
    round(score::numeric, 2)::double precision as score,
    round(score_low::numeric, 2)::double precision as score_low,
    round(score_high::numeric, 2)::double precision as score_high,
    round(index_value::numeric, 2)::double precision as index_value,
    round(index_low::numeric, 2)::double precision as index_low,
    round(index_high::numeric, 2)::double precision as index_high,
    subject_rank,
    rank_low,
    rank_high,
    round((index_value - our_index)::numeric, 2)::double precision as gap_to_us,
    round((index_value - leader_index)::numeric, 2)::double precision as gap_to_leader,
    case
        when subject_slug <> 'us'
            then index_low <= our_index_high and our_index_low <= index_high
    end as is_inside_noise,
    {{ sample_flags('review_count') }}
from subjects
