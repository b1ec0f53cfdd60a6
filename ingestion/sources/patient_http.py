"""Asking a server that may be busy: again, with growing waits, within a budget; then a clear end.

What an answer says is read by the caller's function, which may call it a passing failure by
raising `TryAgainError` (a page that is no JSON, say): then it is asked for again, too.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import httpx
import tenacity

from ingestion.errors import SourceError
from ingestion.json_text import load_json
from ingestion.source_models import RetryConfig

Result = TypeVar("Result")
BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})


class TryAgainError(Exception):
    """An answer that may be better next time."""

    def __init__(self, cause: str, wait_seconds: float | None = None) -> None:
        self.cause = cause
        self.wait_seconds = wait_seconds
        super().__init__(cause)


@dataclass
class PatientClient:
    """Sends requests of one load and keeps its budget of waiting; `sleep` is there for tests.

    Requests start at least `seconds_between` apart, which is no waiting in the budget's sense.
    """

    source: str
    client: httpx.Client
    retry: RetryConfig
    sleep: Callable[[float], None] = time.sleep
    seconds_between: float = 0
    waited_seconds: float = field(default=0, init=False)
    _next_start: float = field(default=0, init=False)

    def get(self, url: str, read: Callable[[httpx.Response], Result], **options: Any) -> Result:
        """Return what `read` makes of the answer to a GET; `options` are httpx's own.

        Raises `SourceError` when the server stays busy, silent or broken.
        """
        return self.send("GET", url, read, **options)

    def send(
        self, method: str, url: str, read: Callable[[httpx.Response], Result], **options: Any
    ) -> Result:
        """Return what `read` makes of the answer to a request."""
        request = f"{method} {name_of(url)}"
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(TryAgainError),
            stop=tenacity.stop_after_attempt(self.retry.attempts),
            wait=self._choose_wait,
            sleep=lambda seconds: self._wait(request, seconds),
            reraise=True,
        )
        try:
            return retrying(self._ask, method, url, read, options)
        except TryAgainError as given_up:
            raise SourceError(
                self.source,
                request,
                f"{given_up.cause} (asked {self.retry.attempts} times at most, waited "
                f"{self.waited_seconds:.0f} s in this load)",
                "wait until the source is well and load again; it takes up where this one stopped",
            ) from given_up

    def _ask(
        self,
        method: str,
        url: str,
        read: Callable[[httpx.Response], Result],
        options: dict[str, Any],
    ) -> Result:
        self._keep_distance()
        try:
            answer = self.client.request(method, url, **options)
        except (httpx.TransportError, httpx.DecodingError) as broken:
            raise TryAgainError(f"the connection failed ({type(broken).__name__})") from broken
        if answer.status_code in BUSY:
            raise TryAgainError(f"it answered {answer.status_code}", read_retry_after(answer))
        return read(answer)

    def _keep_distance(self) -> None:
        if self.seconds_between <= 0:
            return
        early = self._next_start - time.monotonic()
        if early > 0:
            self.sleep(early)
        self._next_start = time.monotonic() + self.seconds_between

    def _choose_wait(self, state: tenacity.RetryCallState) -> float:
        failure = state.outcome.exception() if state.outcome else None
        asked = failure.wait_seconds if isinstance(failure, TryAgainError) else None
        if asked is not None:
            return asked
        return min(
            self.retry.first_wait_seconds * 2 ** (state.attempt_number - 1),
            self.retry.longest_wait_seconds,
        )

    def _wait(self, request: str, seconds: float) -> None:
        budget = self.retry.budget_seconds
        if self.waited_seconds + seconds > budget:
            raise SourceError(
                self.source,
                request,
                f"the source asks us to wait {seconds:.0f} s more, beyond the {budget:.0f} s that "
                "one load may wait",
                "load again later, or raise retry.budget_seconds in config/sources.yml",
            )
        self.waited_seconds += seconds
        self.sleep(seconds)


def name_of(url: str) -> str:
    """Return a URL as errors may show it: without its query, which may hold secrets."""
    return url.partition("?")[0]


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


def read_json(answer: httpx.Response) -> Any:
    """Return the answer's JSON; text that is none may be cut short, so it is asked for again."""
    try:
        return load_json(answer.content)
    except ValueError:
        raise TryAgainError("its answer is not JSON") from None
