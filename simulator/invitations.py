"""Survey invitations: who was asked, when, through which channel, and how far it came.

For each answer there are as many invitations without one as the channel's response rate asks for.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random

from simulator.customer_base import CustomerBase
from simulator.day_files import DayFileWriter, format_moment
from simulator.plan import SHANGHAI
from simulator.planted_loyalty import RESPONSE_RATES, SURVEY_CHANNEL_SHARES
from simulator.story import Story
from simulator.world import WEB_CLOCK, Order, at_hour

# one customer in so many has said not to be asked
OPTED_OUT_EVERY = 29
# share of invitations that never get there, and of those delivered that are begun and left
LOST_SHARE, LEFT_SHARE = 0.04, 0.07
MAX_DRAWS = 40
_MEAN_MINUTES = {"app": 30, "sms": 240, "email": 900}
_CHANNELS, _CHANNEL_WEIGHTS = list(SURVEY_CHANNEL_SHARES), list(SURVEY_CHANNEL_SHARES.values())

Row = dict[str, object]


class InvitationDesk:
    """Writes the invitations of answers, and those that were not answered."""

    def __init__(self, customers: CustomerBase, writer: DayFileWriter) -> None:
        self._customers = customers
        self._writer = writer
        self._count = 0
        self._owed = dict.fromkeys(_CHANNELS, 0.0)

    def draw_channel(self, rng: Random) -> str:
        """Return the channel through which an answer comes."""
        return rng.choices(_CHANNELS, _CHANNEL_WEIGHTS)[0]

    def note_answer(self, story: Story, record: Row, arrived: datetime, rng: Random) -> None:
        """Write the invitation that an answer belongs to; others will go without one."""
        channel = str(record["channel"])
        answered = story.occurred_at
        minutes = min(rng.expovariate(1 / _MEAN_MINUTES[channel]) + 2, 4000)
        sent_at = max(answered - timedelta(minutes=minutes), story.order.ordered_at)
        sent_at = min(sent_at, answered)
        started_at = max(sent_at, answered - timedelta(seconds=rng.randint(20, 200)))
        row = self._row(story.order, channel, str(record["survey_slug"]), sent_at)
        row |= {
            "state": "completed",
            "delivered_at": format_moment(sent_at + (started_at - sent_at) / 20),
            "started_at": format_moment(started_at),
            "completed_at": format_moment(answered),
            "response_id": record["response_id"],
            "order_id": record["order_id"],
            "store_id": record["store_id"],
            "agent_id": record["agent_id"],
        }
        self._write(row, arrived)
        self._customers.note_asked(story.customer, sent_at.astimezone(SHANGHAI).date())
        self._owed[channel] += 1 / RESPONSE_RATES[channel] - 1

    def ask_others(self, day: date, draw_order: Callable[[Random], Order], rng: Random) -> None:
        """Write the day's invitations that get no answer."""
        for channel, owed in self._owed.items():
            delivered = 0
            for _ in range(int(owed) * MAX_DRAWS):
                if delivered == int(owed):
                    break
                delivered += self._ask_in_vain(day, channel, draw_order(rng), rng)
            self._owed[channel] = owed - delivered

    def _ask_in_vain(self, day: date, channel: str, order: Order, rng: Random) -> bool:
        """Write an invitation without an answer; return whether it was delivered."""
        sent_at = at_hour(day, WEB_CLOCK, rng)
        survey = rng.choices(("post_purchase", "relationship", "post_service"), (64, 28, 8))[0]
        row = self._row(order, channel, survey, sent_at)
        row["order_id"] = None if survey == "relationship" else order.order_id
        row["store_id"] = order.store.store_id if order.store else None
        if order.customer.number % OPTED_OUT_EVERY == 0:
            self._write(row | {"state": "opted_out"}, sent_at)
            return False
        if not self._customers.may_be_asked(order.customer, day):
            reason = {"state": "suppressed", "suppressed_reason": "asked_within_seven_days"}
            self._write(row | reason, sent_at)
            return False
        self._customers.note_asked(order.customer, day)
        if rng.random() < LOST_SHARE:
            self._write(row | {"state": "sent"}, sent_at)
            return False
        delivered_at = sent_at + timedelta(seconds=rng.randint(1, 300))
        row |= {"state": "delivered", "delivered_at": format_moment(delivered_at)}
        self._write(dict(row), delivered_at)
        if rng.random() < LEFT_SHARE:
            started_at = delivered_at + timedelta(minutes=rng.randint(1, 1200))
            row |= {"state": "started", "started_at": format_moment(started_at)}
            self._write(row, started_at)
        return True

    def _row(self, order: Order, channel: str, survey: str, sent_at: datetime) -> Row:
        self._count += 1
        return {
            "invitation_id": f"I{self._count:09d}",
            "customer_id": order.customer.customer_id,
            "survey_slug": survey,
            "channel": channel,
            "state": "sent",
            "sent_at": format_moment(sent_at),
            "delivered_at": None,
            "started_at": None,
            "completed_at": None,
            "suppressed_reason": None,
            "response_id": None,
            "order_id": None,
            "store_id": None,
            "agent_id": None,
        }

    def _write(self, row: Row, updated_at: datetime) -> None:
        self._writer.add("survey_invitations", str(row["invitation_id"]), row, updated_at)
