"""Asking the REST APIs of rented systems: authorised, paced, patient, and clear when it fails.

What an answer means in one system alone is said by its connector's `inspect`, which sees each
answer first and raises what it knows better than its status tells.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

import httpx

from ingestion.errors import SourceError
from ingestion.saas_config import RestConfig
from ingestion.sources.patient_http import PatientClient, name_of, read_json

Inspect = Callable[[httpx.Response], None]


class NotFoundError(SourceError):
    """The source has no such record any more."""


@dataclass
class Pace:
    """Keeps requests apart, so that an account's limit by the minute is not reached at all."""

    least_seconds_between: float = 0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    _next_at: float = field(default=0, init=False)

    def keep(self) -> None:
        """Wait until the next request may be sent."""
        now = self.clock()
        if now < self._next_at:
            self.sleep(self._next_at - now)
            now = self._next_at
        self._next_at = now + self.least_seconds_between


class RestClient:
    """Sends requests to one system and returns parsed JSON; close it after use.

    Raises `SourceError` with source, request, cause and next step once waiting is in vain. No
    message quotes an answer's body or a header: they may hold personal data or secrets.
    """

    def __init__(
        self,
        source: str,
        config: RestConfig,
        base_url: str,
        auth: httpx.Auth,
        *,
        inspect: Inspect | None = None,
        pace: Pace | None = None,
        headers: dict[str, str] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.source = source
        self._minutes = config.longest_load_minutes
        self._stop_at = time.monotonic() + self._minutes * 60
        keep_pace = pace or Pace()
        self._http = httpx.Client(
            base_url=base_url,
            auth=auth,
            timeout=config.timeout_seconds,
            headers={"Accept": "application/json", **(headers or {})},
            event_hooks={
                "request": [lambda request: keep_pace.keep()],
                "response": [_after_reading(inspect)] if inspect else [],
            },
        )
        self._patient = PatientClient(source, self._http, config.retry, sleep=sleep)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, url: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the answer to a GET."""
        return self._send("GET", url, params=params)

    def post(self, url: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to a POST that only asks; it is repeated like a GET."""
        return self._send("POST", url, json=body)

    def _send(self, method: str, url: str, **content: Any) -> dict[str, Any]:
        request = f"{method} {name_of(url)}"
        if time.monotonic() > self._stop_at:
            raise self._error(
                request,
                f"the load is not done after {self._minutes:.0f} minutes and stops here",
                "load again: it takes up where this one stopped. A first load of years may need "
                "several; longest_load_minutes is in config/sources.yml",
            )

        def read(answer: httpx.Response) -> dict[str, Any]:
            self._refuse_failure(request, answer)
            page = read_json(answer)
            if not isinstance(page, dict):
                raise self._error(request, "its answer is no JSON object", _API_CHANGED)
            return page

        return self._patient.send(method, url, read, **content)

    def _refuse_failure(self, request: str, answer: httpx.Response) -> None:
        status = answer.status_code
        if status in (401, 403):
            raise self._error(
                request,
                f"it answered {status}: our account or token is wrong, expired or not allowed this",
                "renew the token, or give the account the rights that docs/sources.md lists",
            )
        if status == 404:
            raise NotFoundError(
                self.source,
                request,
                "it answered 404: there is no such thing, or our account may not see it",
                "compare the address and the names in config/ with the source's own",
            )
        if not answer.is_success:
            raise self._error(request, f"it answered {status}", _API_CHANGED)

    def _error(self, request: str, cause: str, next_step: str) -> SourceError:
        return SourceError(self.source, request, cause, next_step)

    def expect(self, page: dict[str, Any], name: str, kind: type[Any], url: str) -> Any:
        """Return `page[name]`; raise `SourceError` when it is not there or of another kind."""
        value = page.get(name)
        if not isinstance(value, kind):
            raise self._error(
                f"reading {name_of(url)}",
                f'its answer has no {kind.__name__} "{name}"',
                _API_CHANGED,
            )
        return value


_API_CHANGED = (
    "compare config/sources.yml and the field map with the API's documentation; it may have changed"
)


def _after_reading(inspect: Inspect) -> Inspect:
    def read_and_inspect(answer: httpx.Response) -> None:
        answer.read()  # hooks come before the body does
        inspect(answer)

    return read_and_inspect


def read_error(answer: httpx.Response) -> dict[str, Any]:
    """Return the first JSON object of a failed answer, empty when there is none."""
    if answer.is_success:
        return {}
    try:
        body = answer.json()
    except ValueError:
        return {}
    first = body[0] if isinstance(body, list) and body else body
    return first if isinstance(first, dict) else {}
