"""The chance of a complaint by state: shares of watched customers, shrunken twice.

    P(k)        = complaints(k) / watched
    P(k | e)    = (complaints(k, e)    + m P(k))     / (watched(e)    + m)
    P(k | e, b) = (complaints(k, e, b) + m P(k | e)) / (watched(e, b) + m)

for touchpoint k, last event e, bucket of days b and m = `PRIOR_CUSTOMERS`: the mean of the Beta
distribution that a prior worth m customers leads to, and its interval. Limits: m is set, not
estimated; customers in several windows count as several.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from stat_jobs.next_issue_states import Watched

PRIOR_CUSTOMERS = 50

Cell = tuple[str, str]  # event and bucket of days


@dataclass(frozen=True)
class Chance:
    """A probability (0..1), its 95 % interval, and the customers watched in the same state."""

    probability: float
    low: float
    high: float
    watched: int


class Model:
    """Shrunken shares of complaints by touchpoint and state, fitted to watched windows."""

    def __init__(self, windows: Sequence[Watched]) -> None:
        self._watched: dict[Cell, int] = defaultdict(int)
        self._complaints: dict[tuple[str, Cell], int] = defaultdict(int)
        for window in windows:
            self._watched[window.cell] += window.watched
            for touchpoint, count in window.complaints.items():
                self._complaints[touchpoint, window.cell] += count
        self._total = sum(self._watched.values())

    def base_rate(self, touchpoint: str) -> float:
        """Share of all watched customers who complain at the touchpoint."""
        return self._sum(touchpoint, None) / max(self._total, 1)

    def chance(self, touchpoint: str, cell: Cell) -> float:
        """Probability of a complaint at the touchpoint within the window, 0..1."""
        hits, misses = self._beta(touchpoint, cell)
        return hits / (hits + misses)

    def describe(self, touchpoint: str, cell: Cell) -> Chance:
        """Return the probability with its interval."""
        from scipy.stats import beta

        hits, misses = self._beta(touchpoint, cell)
        low, high = beta.ppf([0.025, 0.975], hits, misses) if hits > 0 else (0.0, 0.0)
        return Chance(hits / (hits + misses), float(low), float(high), self._watched.get(cell, 0))

    def _beta(self, touchpoint: str, cell: Cell) -> tuple[float, float]:
        event = cell[0]
        watched = sum(count for (name, _), count in self._watched.items() if name == event)
        after_event = self._shrunken(
            self._sum(touchpoint, event), watched, self.base_rate(touchpoint)
        )
        hits = self._complaints.get((touchpoint, cell), 0) + PRIOR_CUSTOMERS * after_event
        return hits, self._watched.get(cell, 0) + PRIOR_CUSTOMERS - hits

    def _sum(self, touchpoint: str, event: str | None) -> int:
        return sum(
            count
            for (name, cell), count in self._complaints.items()
            if name == touchpoint and event in (None, cell[0])
        )

    @staticmethod
    def _shrunken(hits: float, watched: float, towards: float) -> float:
        return (hits + PRIOR_CUSTOMERS * towards) / (watched + PRIOR_CUSTOMERS)
