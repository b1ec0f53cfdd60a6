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

-- overall less the other scenes is the small one: the next smallest has no shown votes
-- either
covers as (
    select
        *,
        case
            when not {{ needs_cover(
                'vote_count', "month, scene_slug = 'overall'", 'scene_slug'
            ) }} then vote_count
            else 0
        end as shown_votes
    from indices
),

-- a change is shown where both months may be
judged as (
    select
        covers.*,
        coalesce(before.shown_votes, covers.previous_vote_count) as shown_before,
        least(
            covers.shown_votes, coalesce(before.shown_votes, covers.previous_vote_count)
        ) as shown_in_both
    from covers
    left join covers as before
        on
            covers.scene_slug = before.scene_slug
            and covers.month = (before.month + interval '1 month')::date
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
    {{ shown(rounded('judged.index_score'), 'judged.shown_votes') }} as index_score,
    {{ shown(rounded('judged.index_low'), 'judged.shown_votes') }} as index_low,
    {{ shown(rounded('judged.index_high'), 'judged.shown_votes') }} as index_high,
    {{ shown(
        rounded('judged.feeling_points'), 'judged.shown_votes'
    ) }} as feeling_points,
    {{ shown(rounded('judged.effort_points'), 'judged.shown_votes') }} as effort_points,
    {{ shown(rounded('judged.score_points'), 'judged.shown_votes') }} as score_points,
    judged.previous_vote_count,
    {{ shown(rounded('judged.previous_index'), 'judged.shown_before') }}
        as previous_index_score,
    {{ shown(rounded('judged.change'), 'judged.shown_in_both') }} as change_points,
    {{ shown(rounded('judged.change_low'), 'judged.shown_in_both') }} as change_low,
    {{ shown(
        rounded('judged.change_high'), 'judged.shown_in_both'
    ) }} as change_high,
    {{ shown(
        holds_zero('judged.change_low', 'judged.change_high'), 'judged.shown_in_both'
    ) }} as is_inside_noise,
    {{ shown(
        rounded('judged.own_points', 3), 'judged.shown_in_both'
    ) }} as own_points,
    {{ shown(
        rounded('judged.mix_points', 3), 'judged.shown_in_both'
    ) }} as mix_points,
    judged.month = max(judged.month) over () as is_newest_month,
    {{ is_small_sample('judged.vote_count') }} as is_small_sample,
    {{ is_suppressed('judged.shown_votes') }} as is_suppressed
from judged
left join scenes
    on judged.scene_slug = scenes.stage_slug
where judged.scene_slug in ('overall', 'unnamed') or scenes.stage_slug is not null
