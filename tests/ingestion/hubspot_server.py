"""HubSpot's CRM v3 search, lists, properties and v4 associations, as its documentation has them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.ingestion.api_server import Answer, ApiServer, Request

TOKEN = "private-app-token-of-the-test"
REFRESH_TOKEN = "refresh-token-of-the-test"
CLIENT_SECRET = "client-secret-of-the-test"


@dataclass
class HubSpotServer(ApiServer):
    """Holds `objects` (name -> records), `archived` and `links` ((from, to) -> id -> ids)."""

    objects: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    archived: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    links: dict[tuple[str, str], dict[str, list[int]]] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    remaining: int | None = None
    tokens: int = 0

    def handle(self, request: Request) -> Answer:
        """Answer a request for a token, a list, a search or associations."""
        if request.path == "/oauth/v1/token":
            if request.body.get("refresh_token") != REFRESH_TOKEN:
                return Answer({"status": "BAD_REFRESH_TOKEN", "message": "missing"}, 400)
            self.tokens += 1
            return Answer({"access_token": f"access-{self.tokens}", "expires_in": 1800})
        good = f"access-{self.tokens}" if self.tokens else TOKEN
        if request.headers.get("Authorization") != f"Bearer {good}":
            return Answer({"status": "error", "category": "EXPIRED_AUTHENTICATION"}, 401)
        headers: dict[str, str] = {}
        if self.remaining is not None:
            self.remaining -= 1
            headers = {
                "X-HubSpot-RateLimit-Daily": "1000",
                "X-HubSpot-RateLimit-Daily-Remaining": str(self.remaining),
            }
        return Answer(self.find(request), headers=headers)

    def find(self, request: Request) -> dict[str, Any]:
        """Return the body of an answer."""
        parts = request.path.strip("/").split("/")
        if parts[1:3] == ["v3", "properties"]:
            names = {
                name for record in self.objects[parts[3]] for name in record.get("properties", {})
            }
            return {"results": [{"name": name} for name in sorted(names - self.hidden)]}
        if parts[1:3] == ["v4", "associations"]:
            links = self.links.get((parts[3], parts[4]), {})
            ids = [item["id"] for item in request.body["inputs"]]
            return {
                "results": [
                    {"from": {"id": each}, "to": [{"toObjectId": to} for to in links[each]]}
                    for each in ids
                    if each in links
                ]
            }
        if request.method == "POST":
            return self.search(self.objects[parts[3]], request.body)
        name = parts[3] if parts[2] == "objects" else parts[2]
        chosen = (self.archived if request.query["archived"] == "true" else self.objects).get(name)
        return _page(chosen or [], int(request.query.get("after", 0)), 2)

    def search(self, records: list[dict[str, Any]], body: dict[str, Any]) -> dict[str, Any]:
        """Return the first page of a search; its further pages are never asked for."""
        assert "after" not in body
        chosen = [record for record in records if _fits(record, body["filterGroups"][0]["filters"])]
        order = body["sorts"][0]["propertyName"]
        chosen.sort(key=lambda record: _number(record, order))
        wanted = body["properties"]
        return _page(
            [
                record | {"properties": {name: record["properties"].get(name) for name in wanted}}
                for record in chosen
            ],
            0,
            body["limit"],
        )


def _fits(record: dict[str, Any], filters: list[dict[str, str]]) -> bool:
    for each in filters:
        value, bound = _number(record, each["propertyName"]), int(each["value"])
        compared = {"GTE": value >= bound, "GT": value > bound, "LT": value < bound}
        if not (compared | {"EQ": value == bound})[each["operator"]]:
            return False
    return True


def _number(record: dict[str, Any], name: str) -> int:
    if name == "hs_object_id":
        return int(record["id"])
    elapsed = datetime.fromisoformat(record["properties"][name]) - datetime(1970, 1, 1, tzinfo=UTC)
    return round(elapsed.total_seconds() * 1000)


def _page(records: list[dict[str, Any]], start: int, size: int) -> dict[str, Any]:
    end = start + size
    page: dict[str, Any] = {"results": records[start:end]}
    if end < len(records):
        page["paging"] = {"next": {"after": str(end)}}
    return page
