"""Who is still a customer: lives that bad experiences shorten, grudges, and people won back.

Three small arrays, indexed by customer number, are all that is remembered of the customers; they
take nine bytes each, so a company of ten million pieces of feedback fits in 50 MB.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from datetime import date
from random import Random

from simulator import people
from simulator.people import Customer
from simulator.plan import Plan
from simulator.planted_loyalty import (
    AGGRIEVED_EFFECT,
    BASE_YEARLY_HAZARD,
    FREQUENT_SHARE,
    HAZARD_RATIOS,
    QUIET_DAYS,
    RARE_ORDER_FACTOR,
    RECOVERED_EFFECT,
    RECOVERED_HAZARD_RATIO,
)
from simulator.world import World

MEAN_DAYS = 365.25 / BASE_YEARLY_HAZARD
UNKNOWN = 0
NEVER_ASKED = 0
ORDINARY, AGGRIEVED, RECOVERED = 0, 1, 2
_EFFECTS = (0.0, AGGRIEVED_EFFECT, RECOVERED_EFFECT)
_LIFE_STREAM = 961_748_941
MAX_TRIES = 200


def buys_often(number: int) -> bool:
    """Whether a customer is one of those who buy often."""
    return (number * 2_654_435_761 % 2**32) / 2**32 < FREQUENT_SHARE


class CustomerBase:
    """The customers of a plan as the days go by."""

    def __init__(self, world: World) -> None:
        self._plan: Plan = world.plan
        self._world = world
        total = world.plan.customer_total
        self._last_days = array("i", [UNKNOWN]) * total
        self._moods = array("b", [ORDINARY]) * total
        self._asked = array("i", [NEVER_ASKED]) * total

    def draw(self, day: date, rng: Random) -> Customer:
        """Return one who orders on a day: known by then, not gone, rather new or a frequent buyer.

        When nobody fits after many tries, the last one drawn comes back.
        """
        known = people.known_customer_total(self._plan, day)
        recent = max(1, known // 20)
        number = 0
        for _ in range(MAX_TRIES):
            is_recent = rng.random() < 0.12
            number = known - 1 - rng.randrange(recent) if is_recent else rng.randrange(known)
            if not buys_often(number) and rng.random() >= RARE_ORDER_FACTOR:
                continue
            if self.last_day(number) >= day.toordinal():
                break
        return self._world.customer(number)

    def last_day(self, number: int) -> int:
        """Return the ordinal of the day on which a customer's time with the company ends."""
        known = self._last_days[number]
        if known == UNKNOWN:
            life = Random(self._plan.seed * _LIFE_STREAM + number).expovariate(1 / MEAN_DAYS)
            registered = self._world.customer(number).registered_at.date()
            known = max(registered, self._plan.go_live).toordinal() + 1 + int(life)
            self._last_days[number] = known
        return known

    def shorten(self, number: int, day: date, hazard_ratio: float) -> None:
        """Multiply a customer's hazard from a day on: what remains is divided by the ratio."""
        remaining = self.last_day(number) - day.toordinal()
        if remaining > 0:
            self._last_days[number] = day.toordinal() + int(remaining / hazard_ratio)

    def suffer(self, customer: Customer, touchpoints: Iterator[str], day: date) -> None:
        """Let bad experiences at touchpoints do to a customer what was planted."""
        ratio = 1.0
        for touchpoint in touchpoints:
            ratio *= HAZARD_RATIOS.get(touchpoint, 1.0)
        if ratio > 1.0:
            self.shorten(customer.number, day, ratio)

    def offend(self, customer: Customer) -> None:
        """Leave a grudge, until it is settled."""
        self._moods[customer.number] = AGGRIEVED

    def forget(self, customer: Customer) -> None:
        """Let a good experience put an old grudge out of mind."""
        if self._moods[customer.number] == AGGRIEVED:
            self._moods[customer.number] = ORDINARY

    def win_back(self, customer: Customer, day: date, rng: Random) -> None:
        """Settle a grudge: the customer has a new, longer time before them."""
        number = customer.number
        self._moods[number] = RECOVERED
        life = rng.expovariate(RECOVERED_HAZARD_RATIO / MEAN_DAYS)
        self._last_days[number] = max(self.last_day(number), day.toordinal() + 1 + int(life))

    def mood_effect(self, customer: Customer) -> float:
        """Return what a grudge, or its good end, does to the next satisfaction."""
        return _EFFECTS[self._moods[customer.number]]

    def is_recovered(self, customer: Customer) -> bool:
        """Whether the customer's last grudge was settled."""
        return self._moods[customer.number] == RECOVERED

    def may_be_asked(self, customer: Customer, day: date) -> bool:
        """Whether no survey went to a customer in the quiet days before."""
        asked = self._asked[customer.number]
        return asked == NEVER_ASKED or abs(day.toordinal() - asked) >= QUIET_DAYS

    def note_asked(self, customer: Customer, day: date) -> None:
        """Remember on which day a customer was sent a survey."""
        self._asked[customer.number] = max(self._asked[customer.number], day.toordinal())

    def iter_ended(self) -> Iterator[tuple[Customer, date]]:
        """Yield the customers whose time ended within the plan, with its last day."""
        end = self._plan.end.toordinal()
        for number, last in enumerate(self._last_days):
            if last != UNKNOWN and last <= end:
                yield self._world.customer(number), date.fromordinal(last)
