"""JSON APIs with cursor pages: asking, waiting, asking again, and giving up clearly.

The protocol: GET <path>?updated_since=ISO&limit=N[&cursor=C] with a bearer token answers
{"items": [...], "next_cursor": C | null}, the oldest `updated_at` first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import tenacity

from ingestion.errors import SourceError
from ingestion.source_config import PagedHttpConfig
from ingestion.window import BEGINNING

# a cursor may expire, or a page come twice, a few times in a load; more is a broken server
MAX_RESTARTS = 3
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
_EXPIRED_CURSOR = frozenset({400, 404, 410})


class _TryAgainError(Exception):
    """An answer that may be better next time."""

    def __init__(self, cause: str, wait_seconds: float | None = None) -> None:
        self.cause = cause
        self.wait_seconds = wait_seconds
        super().__init__(cause)


class _CursorExpiredError(Exception):
    """The server no longer knows the cursor."""


@dataclass
class PagedClient:
    """Reads one paged resource; `sleep` is there for tests."""

    source: str
    config: PagedHttpConfig
    client: httpx.Client
    sleep: Callable[[float], None] = time.sleep
    waited_seconds: float = field(default=0, init=False)

    def iter_items(self, since: datetime | None) -> Iterator[dict[str, Any]]:
        """Yield every item changed at or after `since`, oldest first.

        An item may come twice (pages overlap after an expired cursor); the landing keeps one.
        Raises `SourceError` when the source cannot be read to its end.
        """
        start = newest = since or BEGINNING
        restarts = 0
        cursor: str | None = None
        used: set[str] = set()
        previous: list[dict[str, Any]] = []
        while True:
            try:
                items, next_cursor = self._read_page(start, cursor)
            except _CursorExpiredError:
                restarts = self._count_restart(restarts, "cursors keep expiring")
                start, cursor, used = newest, None, set()
                continue
            yield from items
            for item in items:
                newest = max(newest, read_moment(item) or newest)
            if next_cursor is None:
                return
            if next_cursor in used or (items and items == previous):
                # once may be a stale cache on their side; always is a loop
                restarts = self._count_restart(restarts, "the same page comes again and again")
            used.add(next_cursor)
            cursor, previous = next_cursor, items

    def _count_restart(self, restarts: int, cause: str) -> int:
        if restarts == MAX_RESTARTS:
            raise SourceError(
                self.source,
                f"GET {self.config.path}",
                cause,
                "report it to the operator of the source; a later load takes up where this one "
                "stopped",
            )
        return restarts + 1

    def _read_page(
        self, since: datetime, cursor: str | None
    ) -> tuple[list[dict[str, Any]], str | None]:
        params: dict[str, Any] = {
            "updated_since": since.isoformat(),
            "limit": self.config.page_size,
        }
        if cursor is not None:
            params["cursor"] = cursor
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_TryAgainError),
            stop=tenacity.stop_after_attempt(self.config.retry.attempts),
            wait=self._wait_seconds,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return retrying(self._ask, params)
        except _TryAgainError as given_up:
            raise SourceError(
                self.source,
                f"GET {self.config.path}",
                f"{given_up.cause} (asked {self.config.retry.attempts} times at most, waited "
                f"{self.waited_seconds:.0f} s in this load)",
                "wait until the source is well and load again; it takes up where this one stopped",
            ) from given_up

    def _wait_seconds(self, state: tenacity.RetryCallState) -> float:
        failure = state.outcome.exception() if state.outcome else None
        asked = failure.wait_seconds if isinstance(failure, _TryAgainError) else None
        if asked is not None:
            return asked
        retry = self.config.retry
        return min(
            retry.first_wait_seconds * 2 ** (state.attempt_number - 1), retry.longest_wait_seconds
        )

    def _sleep(self, seconds: float) -> None:
        budget = self.config.retry.budget_seconds
        if self.waited_seconds + seconds > budget:
            raise SourceError(
                self.source,
                f"GET {self.config.path}",
                f"the source asks us to wait {seconds:.0f} s more, beyond the {budget:.0f} s that "
                "one load may wait",
                "load again later, or raise retry.budget_seconds in config/sources.yml",
            )
        self.waited_seconds += seconds
        self.sleep(seconds)

    def _ask(self, params: dict[str, Any]) -> tuple[list[dict[str, Any]], str | None]:
        try:
            answer = self.client.get(self.config.path, params=params)
        except httpx.TransportError as broken:
            raise _TryAgainError(f"the connection failed ({type(broken).__name__})") from broken
        if answer.status_code in _BUSY:
            raise _TryAgainError(f"it answered {answer.status_code}", read_retry_after(answer))
        if answer.status_code in (401, 403):
            raise SourceError(
                self.source,
                f"GET {self.config.path}",
                f"it answered {answer.status_code}: our token is wrong, expired or not allowed",
                f"renew the token of {self.config.connection!r} in the settings and load again",
            )
        if answer.status_code in _EXPIRED_CURSOR and "cursor" in params:
            raise _CursorExpiredError
        if answer.status_code != 200:
            raise SourceError(
                self.source,
                f"GET {self.config.path}",
                f"it answered {answer.status_code}",
                "compare path and parameters in config/sources.yml with the source's documentation",
            )
        return self._parse_page(answer)

    def _parse_page(self, answer: httpx.Response) -> tuple[list[dict[str, Any]], str | None]:
        try:
            page = answer.json()
        except ValueError:
            raise _TryAgainError("its answer is not JSON") from None
        if not isinstance(page, dict) or not isinstance(page.get("items"), list):
            raise SourceError(
                self.source,
                f"GET {self.config.path}",
                'its answer has no list "items"',
                "ask the operator of the source whether the API has changed",
            )
        next_cursor = page.get("next_cursor")
        return page["items"], None if next_cursor is None else str(next_cursor)


def make_client(config: PagedHttpConfig, base_url: str, token: str) -> httpx.Client:
    """Return an HTTP client that shows the token and gives up on silence."""
    return httpx.Client(
        base_url=base_url,
        headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
        timeout=config.timeout_seconds,
    )


def read_moment(item: Any) -> datetime | None:
    """Return an item's `updated_at`, or None when it has none that can be read."""
    try:
        moment = datetime.fromisoformat(item["updated_at"])
    except (KeyError, TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None


def read_retry_after(answer: httpx.Response) -> float | None:
    """Return the seconds that `Retry-After` asks for, given as seconds or as a date."""
    value = answer.headers.get("Retry-After")
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
