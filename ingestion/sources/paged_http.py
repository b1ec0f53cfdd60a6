"""JSON APIs with pages: asking for one after the other, noticing loops, going on after a break.

The default protocol: GET <path>?updated_since=ISO&limit=N[&cursor=C] with a bearer token answers
{"items": [...], "next_cursor": C | null}, the oldest `updated_at` first. `PageProtocol` in
config/sources.yml describes others.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from ingestion.errors import SourceError
from ingestion.sources.item_map import MISSING, read_path
from ingestion.sources.patient_http import PatientClient, read_json, read_retry_after
from ingestion.web_source_config import PagedHttpConfig
from ingestion.window import BEGINNING

__all__ = ["PagedClient", "make_client", "read_moment", "read_retry_after"]

# a cursor may expire, or a page come twice, a few times in a load; more is a broken server
MAX_RESTARTS = 3
_EXPIRED_CURSOR = frozenset({400, 404, 410})

Page = tuple[list[dict[str, Any]], str | None]


class _CursorExpiredError(Exception):
    """The server no longer knows the cursor."""


def read_moment(item: Any) -> datetime | None:
    """Return an item's `updated_at`, or None when it has none that can be read."""
    try:
        moment = datetime.fromisoformat(item["updated_at"])
    except (KeyError, TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None


@dataclass
class PagedClient:
    """Reads one paged resource; `read_moment` tells when an item changed, `sleep` is for tests."""

    source: str
    config: PagedHttpConfig
    client: httpx.Client
    sleep: Callable[[float], None] = time.sleep
    read_moment: Callable[[Any], datetime | None] = read_moment
    path: str = ""
    _patient: PatientClient = field(init=False)

    def __post_init__(self) -> None:
        self.path = self.path or self.config.path
        self._patient = PatientClient(
            self.source, self.client, self.config.retry, lambda seconds: self.sleep(seconds)
        )

    def iter_items(self, since: datetime | None) -> Iterator[dict[str, Any]]:
        """Yield every item changed at or after `since`, in the order of the protocol.

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
            moments = [moment for item in items if (moment := self.read_moment(item))]
            if self.config.protocol.order == "oldest_first":
                newest = max([newest, *moments])
            if next_cursor is None or self._lies_before(since, items, moments):
                return
            if next_cursor in used or (items and items == previous):
                # once may be a stale cache on their side; always is a loop
                restarts = self._count_restart(restarts, "the same page comes again and again")
            used.add(next_cursor)
            cursor, previous = next_cursor, items

    def _lies_before(
        self, since: datetime | None, items: list[dict[str, Any]], moments: list[datetime]
    ) -> bool:
        """Does a whole page lie before the window, so that all further pages do?"""
        if since is None or self.config.protocol.order != "newest_first":
            return False
        return bool(items) and len(moments) == len(items) and max(moments) < since

    def _count_restart(self, restarts: int, cause: str) -> int:
        if restarts == MAX_RESTARTS:
            raise self._fail(
                cause,
                "report it to the operator of the source; a later load takes up where this one "
                "stopped",
            )
        return restarts + 1

    def _fail(self, cause: str, next_step: str) -> SourceError:
        return SourceError(self.source, f"GET {self.path}", cause, next_step)

    def _read_page(self, since: datetime, cursor: str | None) -> Page:
        protocol = self.config.protocol
        if cursor is not None and protocol.paging == "link":
            return self._patient.get(
                self._check_link(cursor), lambda answer: self._read(answer, cursor)
            )
        parameters: dict[str, Any] = dict(protocol.parameters)
        if protocol.since_parameter is not None:
            parameters[protocol.since_parameter] = since.isoformat()
        if protocol.limit_parameter is not None:
            parameters[protocol.limit_parameter] = self.config.page_size
        if protocol.paging in ("page", "offset"):
            cursor = cursor or str(protocol.first_page if protocol.paging == "page" else 0)
        if cursor is not None:
            parameters[protocol.cursor_parameter] = cursor
        return self._patient.get(
            self.path, lambda answer: self._read(answer, cursor), params=parameters
        )

    def _check_link(self, link: str) -> str:
        """Return the URL of the next page; one on another server would be shown our token."""
        address = self.client.base_url.join(link)
        ours = self.client.base_url
        if (address.scheme, address.host, address.port) != (ours.scheme, ours.host, ours.port):
            raise self._fail(
                "its next page lies on another server",
                "ask the operator of the source which address is right",
            )
        return str(address)

    def _read(self, answer: httpx.Response, cursor: str | None) -> Page:
        if answer.status_code in (401, 403):
            raise self._fail(
                f"it answered {answer.status_code}: our token is wrong, expired or not allowed",
                f"renew the token of {self.config.connection!r} in the settings and load again",
            )
        may_expire = self.config.protocol.paging in ("cursor", "link")
        if answer.status_code in _EXPIRED_CURSOR and cursor is not None and may_expire:
            raise _CursorExpiredError
        if answer.status_code != 200:
            raise self._fail(
                f"it answered {answer.status_code}",
                "compare path and parameters in config/sources.yml with the source's documentation",
            )
        return self._parse_page(read_json(answer), cursor)

    def _parse_page(self, page: Any, cursor: str | None) -> Page:
        protocol = self.config.protocol
        items = read_path(page, protocol.items_path)
        if not isinstance(items, list):
            raise self._fail(
                f'its answer has no list "{protocol.items_path}"',
                "ask the operator of the source whether the API has changed",
            )
        if protocol.paging in ("page", "offset"):
            step = 1 if protocol.paging == "page" else len(items)
            return items, str(int(cursor or 0) + step) if items else None
        following = read_path(page, protocol.next_path)
        return items, None if following in (MISSING, None, "") else str(following)


def make_client(config: PagedHttpConfig, base_url: str, token: str | None) -> httpx.Client:
    """Return an HTTP client that shows the token and gives up on silence."""
    headers = {"Accept": "application/json"}
    protocol = config.protocol
    if token is not None and protocol.auth_header is not None:
        headers[protocol.auth_header] = f"{protocol.auth_scheme} {token}".strip()
    return httpx.Client(base_url=base_url, headers=headers, timeout=config.timeout_seconds)
