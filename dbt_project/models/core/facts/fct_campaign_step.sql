-- Grain: one step of one campaign journey whose step before was reached.
-- A step counts as reached within its days after the step before (var funnel_days).
-- While those days still run, it is neither reached nor lost. Whether they do is for
-- the reader to say, who knows the newest record: a step stays as it is while its
-- journey does.
-- Incremental: a night makes all steps of those customers anew of whom a journey
-- changed, see note_changed_journeys().
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    meta={
        'follows': ['fct_campaign_journey'],
        'reads_vars': ['funnel_days'],
    },
    indexes=[
        {'columns': ['customer_key', 'campaign_key', 'step_slug'], 'unique': true},
    ],
    pre_hook="{{ begin_following('journey', 'customer_key') }}",
    post_hook="{{ save_progress(follows=['journey']) }}",
) }}

{% set days = var('funnel_days') %}

-- a later step counts only if the one before it was reached in time
with journeys as (
    select
        journeys.campaign_key,
        journeys.customer_key,
        journeys.seen_at,
        journeys.seen_date,
        journeys.amount_cny,
        case
            when
                journeys.clicked_at
                < journeys.seen_at + make_interval(days => {{ days['order'] }})
                then journeys.clicked_at
        end as clicked_at,
        case
            when
                journeys.is_order_after_click
                and journeys.clicked_at
                < journeys.seen_at + make_interval(days => {{ days['order'] }})
                and journeys.ordered_at
                < journeys.clicked_at + make_interval(days => {{ days['order'] }})
                then journeys.ordered_at
        end as ordered_at,
        case
            when not journeys.is_order_after_click then journeys.ordered_at
        end as ordered_unclicked_at,
        journeys.complained_at,
        journeys.resolved_at,
        journeys.bought_again_at
    from {{ ref('fct_campaign_journey') }} as journeys
    where {{ only_redone(
        'journeys', 'redone_row', {'customer_key': 'row_key'}, through_views=false
    ) }}
),

-- base_at: when the step before was reached; until_at: when the next one was
steps as (
    select
        journeys.campaign_key,
        journeys.customer_key,
        journeys.seen_date,
        steps.step_slug,
        steps.base_at,
        steps.window_days,
        case
            when
                steps.reached_at
                < steps.base_at + make_interval(days => steps.window_days)
                then steps.reached_at
        end as reached_at,
        least(
            steps.next_at, steps.reached_at + make_interval(days => steps.next_days)
        ) as until_at,
        case
            when steps.step_slug in ('ordered', 'ordered_unclicked')
                then journeys.amount_cny
        end as amount_cny
    from journeys
    cross join
        lateral (
            values
            (
                'seen', journeys.seen_at, {{ days['order'] }}, journeys.seen_at,
                coalesce(journeys.clicked_at, journeys.ordered_unclicked_at),
                {{ days['order'] }}
            ),
            (
                'clicked', journeys.seen_at, {{ days['order'] }}, journeys.clicked_at,
                journeys.ordered_at, {{ days['order'] }}
            ),
            (
                'ordered_unclicked',
                case when journeys.clicked_at is null then journeys.seen_at end,
                {{ days['order'] }}, journeys.ordered_unclicked_at,
                null, {{ days['complaint'] }}
            )
            union all
            -- without a click there is nothing further on the way; most journeys end so
            select after_click.*
            from (
                values
                (
                    'ordered',
                    journeys.clicked_at,
                    {{ days['order'] }},
                    journeys.ordered_at,
                    coalesce(journeys.complained_at, journeys.bought_again_at),
                    {{ days['complaint'] }}
                ),
                (
                    'complained', journeys.ordered_at, {{ days['complaint'] }},
                    journeys.complained_at,
                    coalesce(journeys.resolved_at, journeys.bought_again_at),
                    {{ days['resolution'] }}
                ),
                (
                    'resolved',
                    case
                        when journeys.ordered_at is not null then journeys.complained_at
                    end,
                    {{ days['resolution'] }}, journeys.resolved_at,
                    journeys.bought_again_at, {{ days['repurchase'] }}
                ),
                (
                    'bought_again',
                    case
                        when journeys.ordered_at is not null then journeys.resolved_at
                    end,
                    {{ days['repurchase'] }}, journeys.bought_again_at,
                    null, {{ days['complaint'] }}
                ),
                (
                    'bought_again_unresolved',
                    case
                        when journeys.ordered_at is not null
                            and journeys.resolved_at is null
                            then journeys.complained_at
                    end,
                    {{ days['repurchase'] }}, journeys.bought_again_at,
                    null, {{ days['complaint'] }}
                ),
                (
                    'bought_again_calm',
                    case
                        when journeys.complained_at is null then journeys.ordered_at
                    end,
                    {{ days['repurchase'] }}, journeys.bought_again_at,
                    null, {{ days['complaint'] }}
                )
            ) as after_click
            where journeys.clicked_at is not null
        ) as steps (step_slug, base_at, window_days, reached_at, next_at, next_days)
    where steps.base_at is not null
)

select
    -- keys
    steps.campaign_key,
    steps.customer_key,
    steps.step_slug,
    -- measures
    case when steps.reached_at is not null then steps.amount_cny end::numeric(38, 2)
        as amount_cny,
    (extract(epoch from steps.reached_at - steps.base_at) / 86400.0)::double precision
        as days_since_base,
    -- timestamps
    steps.seen_date,
    steps.base_at,
    steps.base_at + make_interval(days => steps.window_days) as window_ends_at,
    steps.reached_at,
    case when steps.reached_at is not null then steps.until_at end as until_at
from steps
