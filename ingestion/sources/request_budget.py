"""How much of an account's requests of a day we take, and when we stop."""

from __future__ import annotations

from dataclasses import dataclass, field

from ingestion.errors import SourceError


@dataclass
class RequestBudget:
    """Stops a load before the company's other programs run out of requests.

    `used` counts the requests of everybody in the last 24 hours, as the source tells it with its
    answers; None: it has not told yet.
    """

    source: str
    daily_share: float
    used: int | None = field(default=None, init=False)
    limit: int = field(default=0, init=False)

    def note(self, used: int, limit: int) -> None:
        """Keep what the source says of the day so far."""
        self.used, self.limit = used, limit

    def refuse_beyond_share(self, request: str) -> None:
        """Raise `SourceError` before a request that the others may need."""
        if self.used is None or self.used < self.limit * self.daily_share:
            return
        raise SourceError(
            self.source,
            request,
            f"{self.used:,} of the {self.limit:,} requests of 24 hours are used, and we stop at "
            f"{self.daily_share:.0%}",
            "nothing: the next load takes up where this one stopped. When that is too slow, raise "
            f"daily_share of {self.source!r} in config/sources.yml",
        )

    def refuse_when_empty(self, request: str, code: str) -> None:
        """Raise `SourceError`, for the source says that today's requests are used up."""
        raise SourceError(
            self.source,
            request,
            f"the company's requests of the day are used up ({code})",
            "load again tomorrow; it takes up where this one stopped",
        )
