"""What happened to a customer: which touchpoints were passed, how they went, how it felt."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from simulator.people import Customer
from simulator.planted import Handoff, Surge
from simulator.staff import Agent
from simulator.world import OUR_SUBJECT, Order


@dataclass(frozen=True, slots=True)
class Episode:
    """One thing that is told: a touchpoint and how it went."""

    touchpoint: str | None
    department: str | None
    polarity: str
    phrase_file: str
    issue: str | None = None
    theme: str | None = None
    promise_role: str = "none"
    handoff_half: str | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """Everything behind one piece of feedback; texts and scores are read from it."""

    kind: str
    occurred_at: datetime
    customer: Customer
    order: Order
    episodes: tuple[Episode, ...]
    satisfaction: float
    language: str = "zh"
    agent: Agent | None = None
    handoff: Handoff | None = None
    surge: Surge | None = None
    effect: str | None = None
    ending: str | None = None
    attempt: int = 1
    subject: str = OUR_SUBJECT
    canary: bool = False
    follows_service: bool = False
    asked_again: bool = False
    traits: frozenset[str] = field(default_factory=frozenset)

    @property
    def mood(self) -> str:
        """How the whole sounds: positive, negative, mixed, or plain (no opinion)."""
        polarities = {episode.polarity for episode in self.episodes}
        if "negative" in polarities and "positive" in polarities:
            return "mixed"
        for polarity in ("negative", "positive"):
            if polarity in polarities:
                return polarity
        return "plain"


def order_traits(order: Order) -> frozenset[str]:
    """Return what the limits of issues and touchpoints are checked against."""
    return order.product.traits | {"online" if order.is_online else "store"}
