"""Salesforce's token endpoint and query API, as its documentation describes them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.ingestion.api_server import Answer, ApiServer, Request

CLIENT_SECRET = "client-secret-of-the-test"
REFRESH_TOKEN = "refresh-token-of-the-test"
_CONDITION = re.compile(r"(\w+) (>=|<|>|=) ([\dT:.Z-]+|'\w+'|true|false)(?= |\)|$)")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    ">=": lambda left, right: left >= right,
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
    "=": lambda left, right: left == right,
}


def moment(text: str) -> str:
    """Write a moment as Salesforce does."""
    return f"{text}.000+0000"


@dataclass
class SalesforceServer(ApiServer):
    """Holds `objects` (name -> records); answers in pages of two.

    `tokens` are handed out in turn; only the last one is good. `expires_after` page requests it
    expires once. `usage` goes up by one with each request.
    """

    objects: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    usage: int = 0
    limit: int = 15_000
    expires_after: int | None = None
    tokens: int = 0
    results: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def handle(self, request: Request) -> Answer:
        """Answer a request for a token, a query or its next page."""
        if request.path == "/services/oauth2/token":
            return self.grant(request.body)
        self.usage += 1
        headers = {"Sforce-Limit-Info": f"api-usage={self.usage}/{self.limit}"}
        if self.expires_after is not None:
            self.expires_after -= 1
            if self.expires_after < 0:
                self.expires_after, self.tokens = None, self.tokens + 1
        if request.headers.get("Authorization") != f"Bearer access-{self.tokens}":
            return Answer(_error("INVALID_SESSION_ID", "Session expired or invalid"), 401)
        if request.path.endswith("/queryAll"):
            found = self.query(request.query["q"])
            if isinstance(found, Answer):
                return found
            locator = f"01g{len(self.results)}"
            self.results[locator] = found
            return Answer(self.page(locator, 0), headers=headers)
        locator, _, start = request.path.rpartition("/")[2].partition("-")
        if locator not in self.results:
            return Answer(_error("INVALID_QUERY_LOCATOR", "invalid query locator"), 400)
        return Answer(self.page(locator, int(start)), headers=headers)

    def grant(self, form: dict[str, str]) -> Answer:
        """Hand out the next access token."""
        good = {"refresh_token": REFRESH_TOKEN, "client_secret": CLIENT_SECRET}
        given = {name: form[name] for name in good if name in form}
        if not given or any(good[name] != value for name, value in given.items()):
            return Answer({"error": "invalid_grant", "error_description": "expired token"}, 400)
        self.tokens += 1
        return Answer({"access_token": f"access-{self.tokens}", "instance_url": self.address})

    def query(self, soql: str) -> list[dict[str, Any]] | Answer:
        """Run the little SOQL that the connector speaks."""
        match = re.fullmatch(r"select (.+) from (\w+)(?: where (.+))? order by (\w+), Id", soql)
        assert match is not None, soql
        names, name, condition, order = match.groups()
        if name not in self.objects:
            return Answer(_error("INVALID_TYPE", f"sObject type '{name}' is not supported"), 400)
        records = self.objects[name]
        for path in names.split(", "):
            if "." not in path and not all(path in record for record in records):
                return Answer(
                    _error("INVALID_FIELD", f"No such column '{path}' on entity '{name}'."), 400
                )
        chosen = [record for record in records if _fits(record, condition)]
        chosen.sort(key=lambda record: (record[order], record["Id"]))
        wanted = {path.partition(".")[0] for path in names.split(", ")}
        return [
            {"attributes": {"type": name}, **{field: record[field] for field in wanted}}
            for record in chosen
        ]

    def page(self, locator: str, start: int) -> dict[str, Any]:
        """Return one page of two records of a result."""
        found, end = self.results[locator], start + 2
        page: dict[str, Any] = {
            "totalSize": len(found),
            "done": end >= len(found),
            "records": found[start:end],
        }
        if end < len(found):
            page["nextRecordsUrl"] = f"/services/data/v62.0/query/{locator}-{end}"
        return page


def _fits(record: dict[str, Any], condition: str | None) -> bool:
    if condition is None:
        return True
    return any(
        all(
            _COMPARE[operator](_plain(record[name]), _plain(value.strip("'")))
            for name, operator, value in _CONDITION.findall(branch)
        )
        for branch in _branches(condition)
    )


def _branches(condition: str) -> list[str]:
    """Return (A > m or (A = m and Id > i)) and B as its two branches, each with B."""
    match = re.fullmatch(r"(.*)\((\S+ > \S+) or \((.+?)\)\)(.*)", condition)
    if match is None:
        return [condition]
    before, first, second, after = match.groups()
    return [f"{before}{branch}{after}" for branch in (first, second)]


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).replace(".000+0000", "").replace(".000Z", "")


def _error(code: str, message: str) -> list[dict[str, Any]]:
    return [{"errorCode": code, "message": message}]
