"""Salesforce objects -> raw_crm.*

Data flow:
    SOQL by SystemModstamp, deleted records too      /queryAll, nextRecordsUrl, oldest change first
        -> config/field_maps/salesforce.yml           one object per entity, field by field
        -> landing                                    one current copy per id, deletions marked

The account needs `API Enabled` and `View All Data` (or read on each object), and a connected app.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from ingestion.errors import SchemaChangedError, SourceError
from ingestion.field_maps import ObjectMap
from ingestion.landing import LoadReport, Progress
from ingestion.saas_config import SalesforceConfig
from ingestion.sources.crm_objects import Gone, load_objects, parse_moment
from ingestion.sources.oauth import OAuth
from ingestion.sources.patient_http import TryAgainError
from ingestion.sources.request_budget import RequestBudget
from ingestion.sources.rest_client import RestClient, read_error
from ingestion.window import Window
from warehouse.connections import read_connection
from warehouse.settings import Settings

# a query locator may expire; each new query goes on behind the last record, so only standing
# still is an error
MAX_RESTARTS_IN_A_ROW = 3
_API_USAGE = re.compile(r"(?:^|[;,]\s*)api-usage=(\d+)/(\d+)")
_NO_SUCH_FIELD = re.compile(r"No such column '([\w.]{1,200})'")
_UNKNOWN_RELATION = re.compile(r"Didn't understand relationship '([\w.]{1,200})'")
_PASSING = frozenset({"QUERY_TIMEOUT", "SERVER_UNAVAILABLE", "UNABLE_TO_LOCK_ROW"})


class _LocatorExpiredError(Exception):
    """The server no longer knows where we were in a query."""


class _NoSuchFieldError(Exception):
    """The query names a field that the object has not, or that our account may not see."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


def load(
    settings: Settings,
    config: SalesforceConfig,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    full: bool = False,
    progress: Progress | None = None,
) -> LoadReport:
    """Land what Salesforce has new, changed and deleted, as far as its daily limit lets us."""
    connection = read_connection(config.connection)
    base_url = connection.need("url").rstrip("/")
    auth = OAuth(config.slug, f"{base_url}/services/oauth2/token", connection)
    budget = RequestBudget(config.slug, config.daily_share)

    def inspect(answer: httpx.Response) -> None:
        read_usage(budget, answer)
        refuse_known_errors(budget, answer)

    headers = {"Sforce-Query-Options": f"batchSize={config.page_size}"}
    with RestClient(
        config.slug, config, base_url, auth, inspect=inspect, headers=headers
    ) as client:
        query = QueryClient(config, client, budget)
        return load_objects(
            settings,
            config,
            query.iter_records,
            since=since,
            until=until,
            full=full,
            progress=progress,
        )


def read_usage(budget: RequestBudget, answer: httpx.Response) -> None:
    """Take the day's count from the header `Sforce-Limit-Info`, where there is one."""
    found = _API_USAGE.search(answer.headers.get("Sforce-Limit-Info", ""))
    if found:
        budget.note(int(found[1]), int(found[2]))


def refuse_known_errors(budget: RequestBudget, answer: httpx.Response) -> None:
    """Raise what a failed answer's error code says better than its status."""
    error = read_error(answer)
    code, message = str(error.get("errorCode", "")), str(error.get("message", ""))
    request = f"GET {answer.request.url.path}"
    if code == "REQUEST_LIMIT_EXCEEDED":
        budget.refuse_when_empty(request, code)
    if code == "INVALID_QUERY_LOCATOR":
        raise _LocatorExpiredError
    if code == "INVALID_FIELD":
        found = _NO_SUCH_FIELD.search(message) or _UNKNOWN_RELATION.search(message)
        raise _NoSuchFieldError(found[1] if found else "(not named)")
    if code == "INVALID_TYPE":
        raise SourceError(
            budget.source,
            request,
            "there is no such object, or our account may not see it (INVALID_TYPE)",
            "grant the account read on it, or take the object out of the field map",
        )
    if code in _PASSING:
        raise TryAgainError(f"it answered {code}")


@dataclass
class QueryClient:
    """Reads objects by SOQL."""

    config: SalesforceConfig
    client: RestClient
    budget: RequestBudget

    def iter_records(self, mapped: ObjectMap, window: Window) -> Iterator[Any]:
        """Yield the records of an object that changed within the window, oldest change first.

        Deleted ones come as `Gone`. An expired query is asked anew from behind the
        last record that came.
        """
        restarts = 0
        last: Position | None = None
        soql = build_query(mapped, window)
        while True:
            try:
                for record in self._iter_query(soql):
                    last, restarts = find_position(mapped, record) or last, 0
                    yield as_deletion(mapped, record) or record
                return
            except _LocatorExpiredError:
                restarts += 1
                if restarts > MAX_RESTARTS_IN_A_ROW:
                    raise SourceError(
                        self.config.slug,
                        f"query of {mapped.object}",
                        "its query locators keep expiring before the first record",
                        "look for other programs of the same user: Salesforce keeps 10 open "
                        "queries per user; give the warehouse a user of its own",
                    ) from None
                soql = build_query(mapped, window, after=last)
            except _NoSuchFieldError as missing:
                raise SchemaChangedError(
                    self.config.slug,
                    mapped.entity,
                    missing.name,
                    f"object {mapped.object!r} has no such field, or our account may not see it "
                    f"(field-level security); config/field_maps/{self.config.field_map}.yml asks "
                    "for it",
                ) from None

    def _iter_query(self, soql: str) -> Iterator[Any]:
        url = f"/services/data/{self.config.api_version}/queryAll"
        page = self._get(url, {"q": soql})
        while True:
            yield from self.client.expect(page, "records", list, url)
            if self.client.expect(page, "done", bool, url):
                return
            url = self.client.expect(page, "nextRecordsUrl", str, url)
            if not url.startswith("/services/data/"):
                raise SourceError(
                    self.config.slug,
                    "reading the next page",
                    "its address is not on the same system",
                    "report it to Salesforce; our token is sent nowhere else",
                )
            page = self._get(url, None)

    def _get(self, url: str, params: dict[str, Any] | None) -> dict[str, Any]:
        self.budget.refuse_beyond_share(f"GET {url.rpartition('/')[0]}")
        return self.client.get(url, params)


@dataclass(frozen=True)
class Position:
    """Where a query stands: at its last record."""

    moment: datetime
    native_id: str


def find_position(mapped: ObjectMap, record: Any) -> Position | None:
    """Return a record's place in the order of the query, None when it does not tell."""
    if not isinstance(record, dict):
        return None
    moment, native_id = parse_moment(record.get(mapped.modified)), str(record.get("Id"))
    return Position(moment, native_id) if moment and native_id.isalnum() else None


def build_query(mapped: ObjectMap, window: Window, after: Position | None = None) -> str:
    """Return the SOQL for an object's changes within the window, from behind a record if given."""
    names = ["Id", mapped.modified, *mapped.paths]
    if mapped.is_ever_deleted:
        names.append("IsDeleted")
    conditions = [f"({mapped.where})"] if mapped.where else []
    if after is not None:
        moment = _format(after.moment)
        conditions.append(
            f"({mapped.modified} > {moment} or ({mapped.modified} = {moment} "
            f"and Id > '{after.native_id}'))"
        )
    elif window.since is not None:
        conditions.append(f"{mapped.modified} >= {_format(window.since)}")
    if window.until is not None:
        conditions.append(f"{mapped.modified} < {_format(window.until)}")
    filtered = f" where {' and '.join(conditions)}" if conditions else ""
    fields = ", ".join(dict.fromkeys(names))
    return f"select {fields} from {mapped.object}{filtered} order by {mapped.modified}, Id"


def _format(moment: datetime) -> str:
    """Write a moment as SOQL wants it: UTC, milliseconds."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def as_deletion(mapped: ObjectMap, record: Any) -> Gone | None:
    """Return a deleted record as what is gone, None for any other."""
    if not isinstance(record, dict) or record.get("IsDeleted") is not True:
        return None
    return Gone(str(record.get("Id")), parse_moment(record.get(mapped.modified)))
