-- Grain: one key word of one aspect (a topic, touchpoint, department, or all talk) in
-- one period.
{% set aspect -%}
    words.period_end, words.period_kind, words.dimension, words.aspect_slug
{%- endset %}

with words as (
    select * from {{ source('stats', 'keyword_odds') }}
),

periods as (
    select
        *,
        period_end = max(period_end) over (partition by period_kind) as is_newest_period
    from {{ source('stats', 'keyword_period') }}
),

names as (
    {{ aspect_names(['topic', 'touchpoint', 'department']) }}
    union all
    select
        'all' as dimension,
        'all' as aspect_slug,
        '全部' as aspect_name_zh,
        'All' as aspect_name_en
),

-- surest first: by the end of the interval that lies nearest to no difference
ranked as (
    select
        words.*,
        coalesce(words.q_value < 0.05 and words.log_odds > 0, false) as is_distinctive,
        case
            when words.rise_q_value >= 0.05 then 'inside_noise'
            when words.rise_log_odds > 0 then 'rising'
            when words.rise_log_odds < 0 then 'falling'
        end as change,
        row_number() over (
            partition by {{ aspect }}
            order by words.log_odds_low desc nulls last, words.keyword asc
        ) as distinctive_place,
        row_number() over (
            partition by {{ aspect }}
            order by words.rise_log_odds_low desc nulls last, words.keyword asc
        ) as rise_place
    from words
)

select
    ranked.period_kind,
    periods.period_start,
    ranked.period_end,
    ranked.dimension,
    ranked.aspect_slug,
    coalesce(names.aspect_name_zh, ranked.aspect_slug) as aspect_name_zh,
    coalesce(names.aspect_name_en, ranked.aspect_slug) as aspect_name_en,
    ranked.keyword,
    ranked.voter_count,
    {{ rounded('ranked.voice_count') }} as voice_count,
    {{ rounded('ranked.aspect_voice_count') }} as aspect_voice_count,
    {{ share_figures(
        'ranked.voice_count', 'ranked.aspect_voice_count', voices='ranked.voice_count'
    ) }},
    {{ shown(
        rounded('100 * ranked.negative_voice_count / ranked.voice_count', 1),
        'ranked.voice_count',
    ) }} as negative_pct,
    {{ rounded('ranked.elsewhere_vote_count') }} as elsewhere_vote_count,
    {{ rounded('exp(ranked.log_odds)') }} as odds_ratio,
    {{ rounded('exp(ranked.log_odds_low)') }} as odds_ratio_low,
    {{ rounded('exp(ranked.log_odds_high)') }} as odds_ratio_high,
    {{ rounded('ranked.q_value', 6) }} as q_value,
    case when ranked.log_odds is not null then ranked.distinctive_place end::integer
        as distinctive_rank,
    {{ rounded('ranked.base_vote_count') }} as base_vote_count,
    {{ rounded('exp(ranked.rise_log_odds)') }} as rise,
    {{ rounded('exp(ranked.rise_log_odds_low)') }} as rise_low,
    {{ rounded('exp(ranked.rise_log_odds_high)') }} as rise_high,
    {{ rounded('ranked.rise_q_value', 6) }} as rise_q_value,
    case when ranked.rise_log_odds is not null then ranked.rise_place end::integer
        as rise_rank,
    ranked.change,
    periods.is_newest_period,
    ranked.is_distinctive,
    ranked.rise_q_value >= 0.05 as is_inside_noise,
    {{ sample_flags('ranked.voice_count') }}
from ranked
inner join periods
    on
        ranked.period_end = periods.period_end
        and ranked.period_kind = periods.period_kind
left join names
    on
        ranked.dimension = names.dimension
        and ranked.aspect_slug = names.aspect_slug
