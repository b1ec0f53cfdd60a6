"""Zendesk's incremental ticket export and ticket comments, as its documentation has them."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

from tests.ingestion.api_server import Answer, ApiServer, Request

USER, TOKEN = "loader@company.example", "api-token-of-the-test"
EXPORT = "/api/v2/incremental/tickets/cursor.json"
_BASIC = base64.b64encode(f"{USER}/token:{TOKEN}".encode()).decode()


@dataclass
class ZendeskServer(ApiServer):
    """Holds `tickets`, `comments` (ticket id -> comments) and `users`; pages of two."""

    tickets: list[dict[str, Any]] = field(default_factory=list)
    comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    users: list[dict[str, Any]] = field(default_factory=list)

    def handle(self, request: Request) -> Answer:
        """Answer the export or the comments of one ticket."""
        if request.headers.get("Authorization") not in (f"Basic {_BASIC}", f"Bearer {TOKEN}"):
            return Answer({"error": "Couldn't authenticate you"}, 401)
        if request.path == EXPORT:
            return self.export(request.query)
        ticket_id = int(request.path.split("/")[4])
        if ticket_id not in self.comments:
            return Answer({"error": "RecordNotFound"}, 404)
        found = self.comments[ticket_id]
        start = int(request.query.get("page[after]", 0))
        meta = {"has_more": start + 2 < len(found), "after_cursor": str(start + 2)}
        return Answer({"comments": found[start : start + 2], "users": self.users, "meta": meta})

    def export(self, query: dict[str, str]) -> Answer:
        """Return one page of tickets by `generated_timestamp`; a cursor is moment and id."""
        if "cursor" in query:
            moment, ticket_id = map(int, query["cursor"].split("-"))
            position = (moment, ticket_id)
        else:
            position = (int(query["start_time"]), 0)
        changed = sorted(
            (ticket["generated_timestamp"], ticket["id"], number)
            for number, ticket in enumerate(self.tickets)
            if (ticket["generated_timestamp"], ticket["id"]) > position
        )
        page = changed[:2]
        body: dict[str, Any] = {
            "tickets": [self.tickets[number] for *_, number in page],
            "users": self.users,
            "after_cursor": f"{page[-1][0]}-{page[-1][1]}" if page else query.get("cursor"),
            "end_of_stream": len(changed) <= 2,
        }
        return Answer(body)
