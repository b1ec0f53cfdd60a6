-- Grain: one local day, topic or touchpoint, and region (`*`: everywhere) in which
-- somebody speaks of it without praise. What surges are looked for in.
-- Incremental: a night makes those days anew on which a unit came, went or says
-- something else, see note_changed_units().
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    meta={'follows': ['fct_opinion_unit']},
    indexes=[{
        'columns': ['occurred_date', 'subject_kind', 'subject_slug', 'region'],
        'unique': true,
    }],
    pre_hook="{{ begin_following('unit_day', 'occurred_date', type='date') }}",
    post_hook="{{ save_progress(follows=['unit_day']) }}",
) }}

-- the voices of a day are told apart by 64 bits of their key: those sort faster than
-- text, and two of a thousand share them once in 10^13 days
with voices as (
    select
        facts.occurred_date,
        facts.topic_slug,
        facts.touchpoint_slug,
        {{ region_or_unknown('facts.region') }} as region,
        hashtextextended(
            coalesce(facts.duplicate_cluster_key, {{ voter_key('facts') }}), 0
        ) as voice_key
    from {{ ref('fct_opinion_unit') }} as facts
    where
        facts.subject_slug = 'us'
        and facts.is_relevant
        and facts.sentiment_label is distinct from 'positive'
        and {{ only_redone(
            'facts', 'redone_row', {'occurred_date': 'row_key'}, through_views=false
        ) }}
),

spoken as (
    select
        occurred_date,
        'topic' as subject_kind,
        topic_slug as subject_slug,
        region,
        voice_key
    from voices
    where topic_slug is not null
    union all
    select
        occurred_date,
        'touchpoint' as subject_kind,
        touchpoint_slug as subject_slug,
        region,
        voice_key
    from voices
    where touchpoint_slug is not null
)

select
    occurred_date,
    subject_kind,
    subject_slug,
    case when grouping(region) = 0 then region else '*' end as region,
    count(distinct voice_key)::integer as voice_count
from spoken
-- the empty grouping of region is the count everywhere: a person counts once
group by grouping sets (
    (occurred_date, subject_kind, subject_slug, region),
    (occurred_date, subject_kind, subject_slug)
)
