"""Every planted cause as a plain record: what `truth/planted_causes.jsonl` says."""

from __future__ import annotations

from dataclasses import asdict

from simulator.campaigns import CHANNELS
from simulator.plan import Plan
from simulator.planted import HANDOFFS, REGION_EFFECTS, SURGES, THEMES, TOUCHPOINTS
from simulator.planted_improvements import IMPROVEMENTS, PILOT_CITY, PILOT_MATCHES
from simulator.planted_loyalty import (
    AGGRIEVED_EFFECT,
    BASE_YEARLY_HAZARD,
    COMPETITOR_EFFECTS,
    COMPETITOR_FACTORS,
    HAZARD_RATIOS,
    RECOVERED_EFFECT,
    RECOVERED_HAZARD_RATIO,
    RECOVERY_SHARE,
    REPEAT_CONTACT_SHARES,
    RESPONSE_RATES,
    SILENCE_HAZARD_RATIO,
)
from simulator.world import World

Cause = dict[str, object]


def describe_causes(plan: Plan) -> list[Cause]:
    """Return every planted cause, dates resolved for the plan."""
    return [
        *_describe_feedback(plan),
        *_describe_improvements(plan),
        *_describe_loyalty(),
        *_describe_units(World(plan)),
    ]


def _describe_feedback(plan: Plan) -> list[Cause]:
    causes: list[Cause] = [
        {
            "cause": "touchpoint_effect",
            "touchpoint_slug": touchpoint.slug,
            "department_slug": touchpoint.department,
            "satisfaction_effect_negative": touchpoint.negative_effect,
            "satisfaction_effect_positive": touchpoint.positive_effect,
        }
        for touchpoint in TOUCHPOINTS
    ]
    causes += [{"cause": "handoff", **asdict(handoff)} for handoff in HANDOFFS]
    causes += [
        {
            "cause": "surge",
            **asdict(surge),
            "first_day": surge.first_day(plan).isoformat(),
            "last_day": surge.last_day(plan).isoformat(),
        }
        for surge in SURGES
    ]
    causes += [{"cause": "theme_shift", **asdict(theme)} for theme in THEMES]
    causes += [
        {"cause": "region_effect", "region": region, "satisfaction_effect": effect}
        for region, effect in REGION_EFFECTS.items()
    ]
    causes += [
        {
            "cause": "competitor_aspect",
            "competitor_slug": competitor,
            "touchpoint_slug": touchpoint,
            "negative_share_factor": factor,
        }
        for (competitor, touchpoint), factor in COMPETITOR_FACTORS.items()
    ]
    causes += [
        {"cause": "competitor_effect", "competitor_slug": slug, "satisfaction_effect": effect}
        for slug, effect in COMPETITOR_EFFECTS.items()
    ]
    return causes


def _describe_improvements(plan: Plan) -> list[Cause]:
    return [
        {
            "cause": "improvement",
            "improvement_id": one.improvement_id,
            "truth": one.truth,
            "design": one.design,
            "touchpoint_slug": one.touchpoint,
            "first_day": one.started_on(plan).isoformat(),
            "cities": list(one.cities),
            "matched_cities": list(PILOT_MATCHES) if one.cities == (PILOT_CITY,) else [],
            "negative_share_factors": one.factors,
        }
        for one in IMPROVEMENTS
    ]


def _describe_loyalty() -> list[Cause]:
    causes: list[Cause] = [
        {
            "cause": "churn_hazard",
            "touchpoint_slug": touchpoint.slug,
            "hazard_ratio": HAZARD_RATIOS.get(touchpoint.slug, 1.0),
        }
        for touchpoint in TOUCHPOINTS
    ]
    causes += [
        {"cause": "base_churn", "yearly_hazard": BASE_YEARLY_HAZARD},
        {"cause": "unanswered_complaint", "hazard_ratio": SILENCE_HAZARD_RATIO},
        {
            "cause": "recovery",
            "share_won_back": RECOVERY_SHARE,
            "hazard_ratio": RECOVERED_HAZARD_RATIO,
            "satisfaction_effect": RECOVERED_EFFECT,
            "satisfaction_effect_untreated": AGGRIEVED_EFFECT,
        },
    ]
    causes += [
        {"cause": "repeat_contact", "touchpoint_slug": slug, "share": share}
        for slug, share in REPEAT_CONTACT_SHARES.items()
    ]
    causes += [
        {"cause": "response_rate", "channel": channel, "share_of_delivered": share}
        for channel, share in RESPONSE_RATES.items()
    ]
    causes += [
        {
            "cause": "campaign_channel",
            "channel": channel,
            "click_share": clicks,
            "order_share_of_clicks": orders,
        }
        for channel, (_, clicks, orders) in CHANNELS.items()
    ]
    return causes


def _describe_units(world: World) -> list[Cause]:
    causes: list[Cause] = [
        {
            "cause": "agent_effect",
            "agent_id": agent.agent_id,
            "team_id": agent.team_id,
            "satisfaction_effect": agent.skill,
            "standing": agent.standing,
        }
        for agent in world.agents
    ]
    causes += [
        {
            "cause": "store_effect",
            "store_id": store.store_id,
            "satisfaction_effect": store.effect,
            "standing": store.standing,
        }
        for store in world.stores
    ]
    causes += [
        {"cause": "team_pace", "team_id": team.team_id, "response_time_factor": team.pace}
        for team in world.teams
    ]
    return causes
