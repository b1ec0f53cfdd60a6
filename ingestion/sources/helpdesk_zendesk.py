"""Zendesk tickets -> raw_helpdesk.tickets

Data flow:
    incremental export, cursor by cursor       what changed, oldest change first, with the users
        + the comments of each changed ticket  whole threads, so that a re-run gives the same
        -> parse_ticket()                      one candidate per ticket
        -> landing                             one current copy per ticket, deletions marked

The satisfaction rating stands in the ticket and changes with it, so it needs no further request.
The export is for admins alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from ingestion.candidates import Candidate, Deletion, Reject
from ingestion.contracts import TICKETS, Problem
from ingestion.errors import SourceError
from ingestion.landing import LoadReport, Progress, Stream, land
from ingestion.saas_config import ZendeskConfig
from ingestion.sources.oauth import BearerAuth
from ingestion.sources.rest_client import NotFoundError, Pace, RestClient
from ingestion.sources.zendesk_tickets import parse_ticket, read_changed_at
from ingestion.window import BEGINNING, Window, choose_window
from warehouse.connections import Connection, read_connection
from warehouse.settings import Settings

_EXPORT = "/api/v2/incremental/tickets/cursor.json"
# the export refuses to start within the last minute
_UNSETTLED_SECONDS = 61
_COMMENT_PAGE_SIZE = 100
MAX_RESTARTS = 3


class _CursorExpiredError(Exception):
    """The server no longer takes the cursor."""


def load(
    settings: Settings,
    config: ZendeskConfig,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    full: bool = False,
    progress: Progress | None = None,
) -> LoadReport:
    """Land new, changed and deleted tickets with what was said in them."""
    window = choose_window(
        settings,
        config.slug,
        TICKETS.name,
        overlap=config.overlap,
        since=since,
        until=until,
        full=full,
    )
    connection = read_connection(config.connection)
    with RestClient(
        config.slug,
        config,
        connection.need("url").rstrip("/"),
        _make_auth(connection),
        inspect=refuse_expired_cursor,
        pace=Pace(60 / config.requests_per_minute),
    ) as client:
        stream = Stream(
            entity=TICKETS,
            candidates=TicketReader(config, client).iter_candidates(window),
            source_slug=config.slug,
            keeps_watermark=window.keeps_watermark,
            detail={"since": window.since, "until": window.until},
        )
        return land(settings, config.slug, [stream], progress)


def _make_auth(connection: Connection) -> httpx.Auth:
    """Return the account's API token, or an OAuth access token when there is no account."""
    token = connection.need("token")
    user = connection.find("user")
    return httpx.BasicAuth(f"{user}/token", token) if user else BearerAuth(token)


def refuse_expired_cursor(answer: httpx.Response) -> None:
    """Tell a cursor that is no longer taken from other bad requests."""
    is_refused = answer.status_code in (400, 404, 410, 422)
    if is_refused and answer.request.url.path == _EXPORT and "cursor" in answer.request.url.params:
        raise _CursorExpiredError


@dataclass
class TicketReader:
    """Reads the export and the comments; `now` is there for tests."""

    config: ZendeskConfig
    client: RestClient
    now: Callable[[], float] = time.time
    _users: dict[int, dict[str, Any]] = field(default_factory=dict, init=False)

    def iter_candidates(self, window: Window) -> Iterator[Candidate | Reject | Deletion]:
        """Yield the tickets that changed within the window, oldest change first."""
        for ticket in self._iter_tickets(window):
            if not isinstance(ticket, dict) or not ticket.get("id"):
                yield Reject(Problem("wrong_type", "the ticket is not an object with id"), ticket)
                continue
            deletion = Deletion((str(ticket["id"]),), read_changed_at(ticket))
            if ticket.get("status") == "deleted":
                yield deletion
                continue
            try:
                comments = list(self._iter_comments(ticket["id"]))
            except NotFoundError:  # deleted since the export looked
                yield deletion
                continue
            yield Candidate(parse_ticket(ticket, comments, self._users, self.config))

    def _iter_tickets(self, window: Window) -> Iterator[Any]:
        """Yield exported tickets; a cursor that expired is replaced by the last ticket's moment."""
        newest = window.since or BEGINNING
        restarts = 0
        params = self._start_at(newest)
        while True:
            try:
                page = self.client.get(_EXPORT, params)
            except _CursorExpiredError:
                restarts += 1
                if restarts > MAX_RESTARTS:
                    raise self._error("its cursors keep expiring") from None
                params = self._start_at(newest)
                continue
            # only the people of this page are needed, and a history has many pages
            self._users.clear()
            self._remember_users(page)
            for ticket in self.client.expect(page, "tickets", list, _EXPORT):
                moment = read_changed_at(ticket)
                if window.until is not None and moment is not None and moment >= window.until:
                    return
                newest = max(newest, moment or newest)
                yield ticket
            if self.client.expect(page, "end_of_stream", bool, _EXPORT):
                return
            cursor = self.client.expect(page, "after_cursor", str, _EXPORT)
            if cursor == params.get("cursor"):
                raise self._error("the same page comes again and again")
            params = {"cursor": cursor, "per_page": self.config.page_size, "include": "users"}

    def _start_at(self, moment: datetime) -> dict[str, Any]:
        latest = int(self.now()) - _UNSETTLED_SECONDS
        return {
            "start_time": max(0, min(int(moment.timestamp()), latest)),
            "per_page": self.config.page_size,
            "include": "users",
        }

    def _iter_comments(self, ticket_id: int) -> Iterator[Any]:
        """Yield a ticket's comments, oldest first."""
        url = f"/api/v2/tickets/{ticket_id}/comments.json"
        params: dict[str, Any] = {"include": "users", "page[size]": _COMMENT_PAGE_SIZE}
        while True:
            page = self.client.get(url, params)
            self._remember_users(page)
            yield from self.client.expect(page, "comments", list, url)
            meta = page.get("meta") or {}
            if not meta.get("has_more"):
                return
            after = self.client.expect(meta, "after_cursor", str, url)
            if after == params.get("page[after]"):
                raise self._error("the same page of comments comes again and again")
            params = params | {"page[after]": after}

    def _remember_users(self, page: dict[str, Any]) -> None:
        for user in page.get("users") or []:
            if isinstance(user, dict) and "id" in user:
                self._users[user["id"]] = user

    def _error(self, cause: str) -> SourceError:
        return SourceError(
            self.config.slug,
            f"GET {_EXPORT}",
            cause,
            "report it to Zendesk; a later load takes up where this one stopped",
        )
