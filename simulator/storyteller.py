"""Draws what happens to customers by the planted causes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random

from simulator.customer_base import CustomerBase
from simulator.episodes import draw_outcome, theme_episode
from simulator.people import Customer
from simulator.planted import (
    ALL_NEGATIVE_EFFECT,
    BASE_SATISFACTION,
    HANDOFFS,
    KINDS,
    REGION_EFFECTS,
    SATISFACTION_NOISE,
    SURGES,
    THEMES,
    TOUCHPOINT_BY_SLUG,
    TOUCHPOINTS,
    Handoff,
    Surge,
    Touchpoint,
)
from simulator.planted_improvements import negative_factor
from simulator.planted_loyalty import COMPETITOR_EFFECTS, COMPETITOR_FACTORS
from simulator.seasons import campaign_on
from simulator.staff import Agent
from simulator.story import Episode, Story, order_traits
from simulator.world import OUR_SUBJECT, Order, World

# kind -> weights of 1, 2, 3 ... touchpoints in one story
_EPISODE_COUNTS = {
    "review": (42, 33, 14, 6, 3, 2),
    "survey": (60, 31, 9),
    "call": (48, 36, 16),
    "note": (64, 30, 6),
}
# kind -> weights of a happy, a mixed and an unhappy customer
_MOODS = {
    "review": (64, 19, 17),
    "survey": (62, 20, 18),
    "call": (10, 26, 64),
    "note": (27, 25, 48),
}
_NEGATIVE_BY_MOOD = (0.12, 0.48, 0.86)
_NEUTRAL_SHARE = {"review": 0.06, "survey": 0.05, "call": 0.22, "note": 0.10}
_SUGGESTION_SHARE = {"review": 0.05, "survey": 0.09, "call": 0.03, "note": 0.07}
_MEAN_NEGATIVE_SHARE = 0.40
_PLACES = frozenset(one.where for one in TOUCHPOINTS)

# who answers a call or writes a note, by the department that the story is about
_AGENT_DEPARTMENTS = {
    "after_sales": "after_sales",
    "installation": "installation",
    "store_operations": "store_operations",
    "sales": "sales",
    "logistics": "logistics",
}


class StoryTeller:
    """Draws stories by the planted causes."""

    def __init__(self, world: World, customers: CustomerBase) -> None:
        self._world = world
        self._customers = customers
        self._plan = world.plan
        # (kind, where a story can play) -> cumulated weights of the touchpoints
        self._weights: dict[tuple[str, frozenset[str]], list[float]] = {}

    def active_surge(self, day: date, rng: Random) -> Surge | None:
        """Return the surge that the next piece of feedback of a day belongs to, if any."""
        for surge in SURGES:
            share = surge.share_on(day, self._plan)
            if share and rng.random() < share:
                return surge
        return None

    def tell(
        self,
        kind: str,
        occurred_at: datetime,
        order: Order,
        rng: Random,
        surge: Surge | None = None,
        subject: str = OUR_SUBJECT,
    ) -> Story:
        """Return a story of a kind about an order; a surge decides what it is about.

        What the customer remembers of earlier times, good or bad, moves the satisfaction.
        """
        traits = order_traits(order)
        day = occurred_at.date()
        handoff = None
        if subject == OUR_SUBJECT and surge is None:
            handoff = self._draw_handoff(kind, day, traits, rng)
        if surge is not None:
            episodes = self._surge_episodes(surge, kind, traits, rng)
        elif handoff is not None:
            episodes = self._handoff_episodes(handoff, kind, traits, rng)
        else:
            episodes = self._ordinary_episodes(kind, day, order, subject, rng)
            if subject == OUR_SUBJECT:
                episodes = self._add_theme(episodes, order.customer, day, kind, rng)
        agent = self._draw_agent(kind, episodes, order, rng)
        satisfaction = self._satisfaction(episodes, handoff, order, agent, rng)
        if subject == OUR_SUBJECT:
            satisfaction += self._customers.mood_effect(order.customer)
        else:
            satisfaction += COMPETITOR_EFFECTS[subject]
        satisfaction = min(10.0, max(0.0, satisfaction))
        effect, ending = draw_outcome(satisfaction, kind, episodes, rng)
        return Story(
            kind=kind,
            occurred_at=occurred_at,
            customer=order.customer,
            order=order,
            episodes=tuple(episodes),
            satisfaction=round(satisfaction, 2),
            agent=agent,
            handoff=handoff,
            surge=surge,
            effect=effect,
            ending=ending,
            subject=subject,
            traits=traits,
        )

    def tell_again(self, story: Story, occurred_at: datetime, rng: Random) -> Story:
        """Return the next call about a matter that was not settled: angrier, counted."""
        satisfaction = max(0.0, story.satisfaction - rng.uniform(0.3, 1.2))
        return replace(
            story,
            kind="call",
            occurred_at=occurred_at,
            satisfaction=round(satisfaction, 2),
            attempt=story.attempt + 1,
            effect=story.effect or rng.choice((None, "churn", None)),
        )

    def tell_when_asked_again(self, occurred_at: datetime, order: Order, rng: Random) -> Story:
        """Return the survey answer of someone who was dissatisfied before, a month or more on."""
        story = replace(self.tell("survey", occurred_at, order, rng), asked_again=True)
        if not self._customers.is_recovered(order.customer) or rng.random() < 0.4:
            return story
        settled = TOUCHPOINT_BY_SLUG["complaint_handling"]
        episode = Episode(settled.slug, settled.department, "positive", settled.slug)
        others = tuple(e for e in story.episodes[:1] if e.polarity == "positive")
        satisfaction = max(
            story.satisfaction, self._satisfaction([episode], None, order, None, rng)
        )
        return replace(
            story,
            episodes=(*others, episode),
            satisfaction=round(min(10.0, satisfaction), 2),
            handoff=None,
            effect=None,
            ending=None,
        )

    def _draw_handoff(
        self, kind: str, day: date, traits: frozenset[str], rng: Random
    ) -> Handoff | None:
        in_campaign = any(campaign_on(day - timedelta(days=back)) for back in (0, 5, 10))
        # calls and notes are where breaks are told; the mean over the kinds is about 1
        factor = {"review": 0.75, "survey": 0.9, "call": 1.6, "note": 1.2}[kind]
        point = rng.random()
        for handoff in HANDOFFS:
            if handoff.where and handoff.where not in traits:
                continue
            share = handoff.campaign_share if in_campaign else handoff.share
            share *= factor * _FITTING_FACTOR[handoff.where]
            if point < share:
                return handoff
            point -= share
        return None

    def _handoff_episodes(
        self, handoff: Handoff, kind: str, traits: frozenset[str], rng: Random
    ) -> list[Episode]:
        promise, breach = ("promise", "breach") if handoff.kind == "over_promise" else ("none",) * 2
        halves = [
            Episode(
                handoff.from_touchpoint, handoff.from_department, "negative", "handoffs",
                issue=handoff.slug, promise_role=promise, handoff_half="from",
            ),
            Episode(
                handoff.to_touchpoint, handoff.to_department, "negative", "handoffs",
                issue=handoff.slug, promise_role=breach, handoff_half="to",
            ),
        ]  # fmt: skip
        if rng.random() < 0.3:
            other = self._draw_touchpoints(kind, 1, traits, rng)[0]
            polarity = "positive" if rng.random() < 0.35 else "negative"
            episode = Episode(other.slug, other.department, polarity, other.slug)
            if rng.random() < 0.5:
                return [episode, *halves]
            return [*halves, episode]
        return halves

    def _surge_episodes(
        self, surge: Surge, kind: str, traits: frozenset[str], rng: Random
    ) -> list[Episode]:
        touchpoint = TOUCHPOINT_BY_SLUG[surge.touchpoint]
        main = Episode(
            touchpoint.slug, touchpoint.department, "negative", touchpoint.slug, issue=surge.issue
        )
        if rng.random() < 0.6:
            return [main]
        slug = rng.choice(("customer_service", "complaint_handling", "product_experience"))
        other = TOUCHPOINT_BY_SLUG[slug]
        return [main, Episode(other.slug, other.department, "negative", other.slug)]

    def _draw_touchpoints(
        self, kind: str, count: int, traits: frozenset[str], rng: Random
    ) -> list[Touchpoint]:
        """Return different touchpoints in the order of the journey."""
        where = traits & _PLACES
        weights = self._weights.get((kind, where))
        if weights is None:
            position = KINDS.index(kind)
            weights = list(
                accumulate(
                    0.0 if one.where and one.where not in where else one.weights[position]
                    for one in TOUCHPOINTS
                )
            )
            self._weights[kind, where] = weights
        chosen: set[int] = set()
        while len(chosen) < count:
            chosen.add(rng.choices(range(len(TOUCHPOINTS)), cum_weights=weights)[0])
        return [TOUCHPOINTS[position] for position in sorted(chosen)]

    def _ordinary_episodes(
        self, kind: str, day: date, order: Order, subject: str, rng: Random
    ) -> list[Episode]:
        traits = order_traits(order)
        counts = _EPISODE_COUNTS[kind]
        count = rng.choices(range(1, len(counts) + 1), counts)[0]
        mood = rng.choices((0, 1, 2), _MOODS[kind])[0]
        episodes = []
        for touchpoint in self._draw_touchpoints(kind, count, traits, rng):
            base = _NEGATIVE_BY_MOOD[mood] * touchpoint.negative_share / _MEAN_NEGATIVE_SHARE
            if subject == OUR_SUBJECT:
                base *= negative_factor(self._plan, touchpoint.slug, order.customer.city, day)
            else:
                base *= COMPETITOR_FACTORS.get((subject, touchpoint.slug), 1.0)
            point = rng.random()
            if point < _NEUTRAL_SHARE[kind]:
                polarity = "neutral"
            elif point < _NEUTRAL_SHARE[kind] + _SUGGESTION_SHARE[kind]:
                polarity = "suggestion"
            else:
                polarity = "negative" if rng.random() < min(0.95, base) else "positive"
            episodes.append(
                Episode(touchpoint.slug, touchpoint.department, polarity, touchpoint.slug)
            )
        return episodes

    def _add_theme(
        self, episodes: list[Episode], customer: Customer, day: date, kind: str, rng: Random
    ) -> list[Episode]:
        for theme in THEMES:
            in_cohort = theme.cohort == "everyone" or self._world.is_young(customer)
            if rng.random() < theme.share_on(day, self._plan, in_cohort):
                episode = theme_episode(theme, rng)
                return [episode] if rng.random() < 0.4 else [*episodes[:2], episode]
        return episodes

    def _draw_agent(
        self, kind: str, episodes: list[Episode], order: Order, rng: Random
    ) -> Agent | None:
        if kind == "review":
            return None
        if kind == "call":
            department = rng.choices(("customer_service", "after_sales"), (75, 25))[0]
        else:
            departments = [
                _AGENT_DEPARTMENTS[episode.department]
                for episode in episodes
                if episode.department in _AGENT_DEPARTMENTS
            ]
            department = departments[0] if departments else "customer_service"
        return rng.choice(self._world.agents_by_department[department])

    def _satisfaction(
        self,
        episodes: list[Episode],
        handoff: Handoff | None,
        order: Order,
        agent: Agent | None,
        rng: Random,
    ) -> float:
        score = BASE_SATISFACTION + rng.gauss(0, SATISFACTION_NOISE)
        for episode in episodes:
            if episode.handoff_half or episode.touchpoint is None:
                continue
            touchpoint = TOUCHPOINT_BY_SLUG[episode.touchpoint]
            if episode.polarity == "negative":
                score += touchpoint.negative_effect
            elif episode.polarity == "positive":
                score += touchpoint.positive_effect
        if handoff is not None:
            score += handoff.effect
        elif all(episode.polarity == "negative" for episode in episodes):
            score += ALL_NEGATIVE_EFFECT
        score += REGION_EFFECTS.get(order.customer.city.region, 0.0)
        if order.store is not None:
            score += order.store.effect
        if agent is not None:
            score += agent.skill
        return score


# a limited handoff must come more often where it can, to reach its share of all feedback
_FITTING_FACTOR = {"": 1.0, "installed": 3.4, "store": 2.6, "online": 1.6, "repairable": 1.6}
