"""The plan of a simulated company: its size, its years, its seed, and what follows from them."""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from functools import cached_property

# China has one time zone and no summer time
SHANGHAI = timezone(timedelta(hours=8))

# raise it when the same plan gives other bytes: an older build is then made anew
FORMAT_VERSION = 3

# orders are placed this many days before the first feedback, so that it has something to be about
WARM_UP_DAYS = 45

COMPANY_NAME = "禾木优选"


def yesterday() -> date:
    """Return yesterday's date in Shanghai."""
    return datetime.now(SHANGHAI).date() - timedelta(days=1)


def stream(seed: int, *names: object) -> random.Random:
    """Return a random stream that depends on the seed and the names alone."""
    return random.Random("/".join(map(str, (seed, *names))))


@dataclass(frozen=True)
class Plan:
    """Size and period of a simulated company. The same plan always gives the same bytes.

    `feedback` counts pieces of feedback over the whole period (broken records come on top);
    `end` is the last day with feedback. Raises `ValueError` for a plan that cannot be played.
    """

    feedback: int = 20_000
    years: int = 3
    seed: int = 20
    end: date = field(default_factory=yesterday)

    def __post_init__(self) -> None:
        if self.feedback < 200:
            raise ValueError(f"feedback must be at least 200, not {self.feedback}")
        if not 1 <= self.years <= 10:
            raise ValueError(f"years must be 1 to 10, not {self.years}")
        if not date(2020, 1, 1) <= self.end <= date(2040, 12, 31):
            raise ValueError(f"end must lie in 2020 to 2040, not {self.end}")

    @cached_property
    def start(self) -> date:
        """First day with feedback."""
        return self.end - timedelta(days=round(self.years * 365.25) - 1)

    @cached_property
    def last_moment(self) -> datetime:
        """Last second of the last day."""
        return datetime.combine(self.end, time(23, 59, 59), tzinfo=SHANGHAI)

    @cached_property
    def go_live(self) -> date:
        """Day on which the CRM was filled with the customers, stores and staff of the time."""
        return self.start - timedelta(days=WARM_UP_DAYS + 1)

    @property
    def days(self) -> list[date]:
        """Every day from the first feedback to the last."""
        return [self.start + timedelta(days=n) for n in range((self.end - self.start).days + 1)]

    @property
    def customer_total(self) -> int:
        """Customers known by the end."""
        return max(120, round(self.feedback * 0.55))

    @property
    def order_total(self) -> int:
        """Orders over the whole period, warm-up included."""
        return round(self.feedback * 1.5)

    @property
    def store_total(self) -> int:
        """Stores: 300 for a large company, never fewer than 12."""
        return min(300, max(12, self.feedback // 200))

    @property
    def team_total(self) -> int:
        """Agent teams: two for each of the six departments at least."""
        return min(40, max(12, self.feedback // 500))

    @property
    def canary_total(self) -> int:
        """Persons whose data is planted to be looked for."""
        return min(40, max(5, self.feedback // 500))

    def describe(self) -> dict[str, object]:
        """Return the plan as plain values; two equal descriptions mean identical companies."""
        return {**asdict(self), "end": self.end.isoformat(), "format_version": FORMAT_VERSION}
