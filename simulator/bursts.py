"""Paid posters: bursts of near-duplicate reviews of one outlet within two days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from simulator.phrasebook import phrase_tree
from simulator.plan import Plan, stream
from simulator.world import WEB_CLOCK, Store, World, at_hour


@dataclass(frozen=True)
class Burst:
    """One burst: where, when, and whether it praises or attacks."""

    cluster: str
    stance: str
    store: Store
    base_text: str
    moments: tuple[datetime, ...]


def plan_bursts(plan: Plan, world: World) -> list[Burst]:
    """Return the bursts of a plan: about one in 2,500 pieces of feedback starts one."""
    rng = stream(plan.seed, "bursts")
    count = max(2, plan.feedback // 2500)
    size = min(45, max(5, plan.feedback // 500))
    tree = phrase_tree("bursts")
    bursts = []
    for number in range(count):
        stance = "attack" if number % 4 == 3 else "praise"
        first = plan.start + timedelta(days=rng.randint(0, len(plan.days) - 3))
        moments = sorted(
            at_hour(first + timedelta(days=rng.randint(0, 1)), WEB_CLOCK, rng)
            for _ in range(rng.randint(size // 2 + 1, size))
        )
        bursts.append(
            Burst(
                cluster=f"burst_{number + 1:03d}",
                stance=stance,
                store=rng.choice(world.stores),
                base_text=rng.choice(tree[stance]).fill(rng, {}),
                moments=tuple(moments),
            )
        )
    return bursts


def vary(text: str, rng: Random) -> str:
    """Return a light edit of a text, as posters make to get past an exact-match filter."""
    tree = phrase_tree("bursts")
    for word, others in tree["swaps"].items():
        if word in text and rng.random() < 0.4:
            text = text.replace(word, rng.choice(others).fill(rng, {}), 1)
    clauses = text.split("，")
    if len(clauses) > 3 and rng.random() < 0.35:
        clauses.pop(rng.randrange(1, len(clauses) - 1))
    if len(clauses) > 3 and rng.random() < 0.3:
        position = rng.randrange(1, len(clauses) - 1)
        clauses[position], clauses[position - 1] = clauses[position - 1], clauses[position]
    mark = rng.choice(("，", "，", "，", ",", " ", "。"))
    return mark.join(clauses) + rng.choice(tree["tails"]).fill(rng, {})
