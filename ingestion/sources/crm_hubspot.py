"""HubSpot objects -> raw_crm.*

Data flow:
    search by the date of the last change             each page from the newest record on
        + associations, + archived records
        -> config/field_maps/hubspot.yml              one object per entity, property by property
        -> landing                                    one current copy per id, deletions marked

Search counts its pages from the start and ends after 10,000 records; a record that is edited
meanwhile moves to the end and pushes an unread one over a page's edge. So no page is asked for by
its number: each asks for what changed from the newest record seen on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from ingestion.errors import SchemaChangedError, SourceError
from ingestion.field_maps import ObjectMap
from ingestion.landing import LoadReport, Progress
from ingestion.saas_config import HubSpotConfig
from ingestion.sources.crm_objects import Gone, load_objects, parse_moment
from ingestion.sources.oauth import BearerAuth, OAuth
from ingestion.sources.request_budget import RequestBudget
from ingestion.sources.rest_client import RestClient, read_error
from ingestion.window import BEGINNING, Window
from warehouse.connections import read_connection
from warehouse.settings import Settings

_PUBLIC_ADDRESS = "https://api.hubapi.com"
# people who own records are no CRM object: they can be listed but not searched
_LISTED = {"owners": "/crm/v3/owners"}
_LIST_PAGE_SIZE = 100
_TICK = timedelta(milliseconds=1)


def load(
    settings: Settings,
    config: HubSpotConfig,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    full: bool = False,
    progress: Progress | None = None,
) -> LoadReport:
    """Land what HubSpot has new, changed and archived, as far as its daily limit lets us."""
    connection = read_connection(config.connection)
    base_url = (connection.url or _PUBLIC_ADDRESS).rstrip("/")
    token = connection.find("token")
    auth: httpx.Auth = (
        BearerAuth(token)
        if token is not None
        else OAuth(config.slug, f"{base_url}/oauth/v1/token", connection)
    )
    budget = RequestBudget(config.slug, config.daily_share)

    def inspect(answer: httpx.Response) -> None:
        read_usage(budget, answer)
        if read_error(answer).get("policyName") == "DAILY":
            budget.refuse_when_empty(f"GET {answer.request.url.path}", "policy DAILY")

    with RestClient(config.slug, config, base_url, auth, inspect=inspect) as client:
        reader = ObjectReader(config, client, budget)
        return load_objects(
            settings,
            config,
            reader.iter_records,
            since=since,
            until=until,
            full=full,
            progress=progress,
        )


def read_usage(budget: RequestBudget, answer: httpx.Response) -> None:
    """Take the day's count from the rate limit headers; not every answer has them."""
    try:
        limit = int(answer.headers["X-HubSpot-RateLimit-Daily"])
        remaining = int(answer.headers["X-HubSpot-RateLimit-Daily-Remaining"])
    except (KeyError, ValueError):
        return
    budget.note(limit - remaining, limit)


@dataclass
class ObjectReader:
    """Reads objects: what changed, what they are associated with, what was archived."""

    config: HubSpotConfig
    client: RestClient
    budget: RequestBudget

    def iter_records(self, mapped: ObjectMap, window: Window) -> Iterator[Any]:
        """Yield the records of an object that changed within the window, then what is gone."""
        if mapped.object in _LISTED:
            for record in self._iter_list(_LISTED[mapped.object], is_archived=False):
                moment = parse_moment(read_modified(mapped, record))
                if moment is None or window.holds(moment):
                    yield record
        else:
            self._check_properties(mapped)
            for page in self._iter_pages(mapped, window):
                yield from self._associate(mapped, page)
        if mapped.is_ever_deleted:
            path = _LISTED.get(mapped.object, f"/crm/v3/objects/{mapped.object}")
            for record in self._iter_list(path, is_archived=True):
                if isinstance(record, dict) and record.get("id"):
                    yield Gone(str(record["id"]), parse_moment(record.get("archivedAt")))

    def _check_properties(self, mapped: ObjectMap) -> None:
        """Raise `SchemaChangedError` for a property that is gone: search just leaves it out."""
        url = f"/crm/v3/properties/{mapped.object}"
        known = {
            item.get("name")
            for item in self.client.expect(self._get(url, {}), "results", list, url)
            if isinstance(item, dict)
        }
        for name in list_properties(mapped):
            if name not in known:
                raise SchemaChangedError(
                    self.config.slug,
                    mapped.entity,
                    name,
                    f"object {mapped.object!r} has no such property, or our app may not see it; "
                    f"config/field_maps/{self.config.field_map}.yml asks for it",
                )

    def _iter_pages(self, mapped: ObjectMap, window: Window) -> Iterator[list[Any]]:
        """Yield pages of changed records, oldest change first, each record once per change."""
        modified = mapped.modified.removeprefix("properties.")
        start = _to_milliseconds(window.since or BEGINNING)
        until = [_filter(modified, "LT", window.until)] if window.until else []
        seen: set[str] = set()
        while True:
            filters = [_filter(modified, "GTE", start), *until]
            records, has_more = self._search(mapped, filters, modified)
            yield [record for record in records if _native_id(record) not in seen]
            if not has_more:
                return
            moments = {
                _native_id(record): moment
                for record in records
                if (moment := parse_moment(read_modified(mapped, record)))
            }
            newest = max(moments.values(), default=BEGINNING)
            if newest < start:
                raise self._no_progress(mapped)
            if newest == start:  # a whole page of one moment, as an import makes it
                yield from self._iter_moment(mapped, modified, start)
                start, seen = start + _TICK, set()
            else:
                start = newest
                seen = {native_id for native_id, moment in moments.items() if moment == newest}

    def _iter_moment(
        self, mapped: ObjectMap, modified: str, moment: datetime
    ) -> Iterator[list[Any]]:
        """Yield all records of one moment, in the order of their ids."""
        last = 0
        while True:
            filters = [
                _filter(modified, "EQ", moment),
                {"propertyName": "hs_object_id", "operator": "GT", "value": str(last)},
            ]
            records, has_more = self._search(mapped, filters, "hs_object_id")
            yield records
            if not has_more:
                return
            ids = [int(native_id) for native_id in map(_native_id, records) if native_id.isdigit()]
            if max(ids, default=0) <= last:
                raise self._no_progress(mapped)
            last = max(ids)

    def _search(
        self, mapped: ObjectMap, filters: list[dict[str, str]], sort_by: str
    ) -> tuple[list[Any], bool]:
        url = f"/crm/v3/objects/{mapped.object}/search"
        self.budget.refuse_beyond_share(f"POST {url}")
        page = self.client.post(
            url,
            {
                "filterGroups": [{"filters": filters}],
                "sorts": [{"propertyName": sort_by, "direction": "ASCENDING"}],
                "properties": list_properties(mapped),
                "limit": self.config.page_size,
            },
        )
        records: list[Any] = self.client.expect(page, "results", list, url)
        return records, _next_after(page) is not None

    def _associate(self, mapped: ObjectMap, records: list[Any]) -> Iterator[Any]:
        """Yield the records with the id of the first associated record of each kind asked for."""
        targets = list_associations(mapped)
        ids = [native_id for native_id in map(_native_id, records) if native_id]
        found = {target: self._read_associations(mapped, target, ids) for target in targets}
        for record in records:
            if targets and isinstance(record, dict):
                native_id = _native_id(record)
                record |= {
                    "associations": {target: found[target].get(native_id) for target in targets}
                }
            yield record

    def _read_associations(self, mapped: ObjectMap, target: str, ids: list[str]) -> dict[str, str]:
        if not ids:
            return {}
        url = f"/crm/v4/associations/{mapped.object}/{target}/batch/read"
        self.budget.refuse_beyond_share(f"POST {url}")
        page = self.client.post(url, {"inputs": [{"id": native_id} for native_id in ids]})
        found: dict[str, str] = {}
        for link in self.client.expect(page, "results", list, url):
            targets = [str(to["toObjectId"]) for to in link.get("to", []) if "toObjectId" in to]
            if targets:
                # the lowest id, so that two loads choose the same one
                found[str(link["from"]["id"])] = min(targets, key=lambda text: (len(text), text))
        return found

    def _iter_list(self, path: str, *, is_archived: bool) -> Iterator[Any]:
        after: str | None = None
        while True:
            params: dict[str, Any] = {
                "limit": _LIST_PAGE_SIZE,
                "archived": "true" if is_archived else "false",
            }
            page = self._get(path, params | ({"after": after} if after else {}))
            yield from self.client.expect(page, "results", list, path)
            following = _next_after(page)
            if following is None:
                return
            if following == after:
                raise SourceError(
                    self.config.slug,
                    f"GET {path}",
                    "the same page comes again and again",
                    "report it to HubSpot; a later load takes up where this one stopped",
                )
            after = following

    def _get(self, url: str, params: dict[str, Any]) -> dict[str, Any]:
        self.budget.refuse_beyond_share(f"GET {url}")
        return self.client.get(url, params)

    def _no_progress(self, mapped: ObjectMap) -> SourceError:
        return SourceError(
            self.config.slug,
            f"search of {mapped.object}",
            "the same page comes again and again, whatever we filter for",
            "report it to HubSpot; a later load takes up where this one stopped",
        )


def list_properties(mapped: ObjectMap) -> list[str]:
    """Return the properties that an object map needs, by their internal names."""
    paths = (*mapped.paths, mapped.modified)
    return list(dict.fromkeys(_below("properties", paths)))


def list_associations(mapped: ObjectMap) -> list[str]:
    """Return the kinds of objects whose associations an object map needs."""
    return list(_below("associations", mapped.paths))


def _below(prefix: str, paths: tuple[str, ...]) -> Iterator[str]:
    for path in paths:
        if path.startswith(f"{prefix}."):
            yield path.removeprefix(f"{prefix}.")


def read_modified(mapped: ObjectMap, record: Any) -> Any:
    """Return the moment of a record's last change as it is written, None when it has none."""
    for name in mapped.modified.split("."):
        record = record.get(name) if isinstance(record, dict) else None
    return record


def _native_id(record: Any) -> str:
    return str(record.get("id", "")) if isinstance(record, dict) else ""


def _next_after(page: dict[str, Any]) -> str | None:
    paging = page.get("paging")
    following = paging.get("next") if isinstance(paging, dict) else None
    after = following.get("after") if isinstance(following, dict) else None
    return None if after is None else str(after)


def _to_milliseconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _filter(name: str, operator: str, moment: datetime) -> dict[str, str]:
    elapsed = moment.astimezone(UTC) - BEGINNING
    return {"propertyName": name, "operator": operator, "value": str(elapsed // _TICK)}
