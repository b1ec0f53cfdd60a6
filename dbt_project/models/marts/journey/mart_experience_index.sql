-- Grain: one month and scene of the journey, all scenes together among them: how is the
-- experience, and what moved it.
with indices as (
    select * from {{ source('stats', 'experience_index') }}
),

scenes as (
    select distinct
        stage_slug,
        stage_name_zh,
        stage_name_en,
        stage_order
    from {{ ref('dim_touchpoint') }}
),

-- a change is shown where both months may be
judged as (
    select
        *,
        {{ is_suppressed('vote_count') }} as is_suppressed,
        least(vote_count, previous_vote_count) as lesser_vote_count
    from indices
)

select
    judged.month,
    judged.scene_slug,
    case judged.scene_slug
        when 'overall' then '整体'
        when 'unnamed' then '未提及环节'
        else scenes.stage_name_zh
    end as scene_name_zh,
    case judged.scene_slug
        when 'overall' then 'Overall'
        when 'unnamed' then 'No scene named'
        else scenes.stage_name_en
    end as scene_name_en,
    -- overall before the journey, what names no scene behind it
    case judged.scene_slug
        when 'overall' then 0
        when 'unnamed' then 99
        else scenes.stage_order
    end as scene_order,
    judged.vote_count,
    judged.voter_count,
    {{ rounded('100 * judged.vote_share') }} as vote_share_pct,
    {{ shown(rounded('judged.index_score'), 'judged.vote_count') }} as index_score,
    {{ shown(rounded('judged.index_low'), 'judged.vote_count') }} as index_low,
    {{ shown(rounded('judged.index_high'), 'judged.vote_count') }} as index_high,
    {{ shown(
        rounded('judged.feeling_points'), 'judged.vote_count'
    ) }} as feeling_points,
    {{ shown(rounded('judged.effort_points'), 'judged.vote_count') }} as effort_points,
    {{ shown(rounded('judged.score_points'), 'judged.vote_count') }} as score_points,
    judged.previous_vote_count,
    {{ shown(rounded('judged.previous_index'), 'judged.previous_vote_count') }}
        as previous_index_score,
    {{ shown(rounded('judged.change'), 'judged.lesser_vote_count') }} as change_points,
    {{ shown(rounded('judged.change_low'), 'judged.lesser_vote_count') }} as change_low,
    {{ shown(
        rounded('judged.change_high'), 'judged.lesser_vote_count'
    ) }} as change_high,
    {{ shown(
        holds_zero('judged.change_low', 'judged.change_high'), 'judged.lesser_vote_count'
    ) }} as is_inside_noise,
    {{ shown(
        rounded('judged.own_points', 3), 'judged.lesser_vote_count'
    ) }} as own_points,
    {{ shown(
        rounded('judged.mix_points', 3), 'judged.lesser_vote_count'
    ) }} as mix_points,
    judged.month = max(judged.month) over () as is_newest_month,
    {{ is_small_sample('judged.vote_count') }} as is_small_sample,
    judged.is_suppressed
from judged
left join scenes
    on judged.scene_slug = scenes.stage_slug
where judged.scene_slug in ('overall', 'unnamed') or scenes.stage_slug is not null
