"""A paged JSON API as a source: window, client, candidates. Parsing is the caller's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import httpx

from ingestion.candidates import Candidate, Deletion, Reject
from ingestion.contracts import Entity
from ingestion.landing import Stream
from ingestion.sources.item_map import find_moment, map_item
from ingestion.sources.paged_http import PagedClient
from ingestion.web_source_config import ItemMap, PagedHttpConfig
from ingestion.window import Window, choose_window
from warehouse.connections import read_connection
from warehouse.settings import Settings

# what a site adds to a mapped candidate, such as the store behind a page
Completion = Callable[[Candidate], Candidate]


@dataclass(frozen=True)
class Resource:
    """One paged resource of an API, and the entity that its items are."""

    entity: Entity
    path: str
    items: ItemMap
    complete: Completion = lambda candidate: candidate


def find_address(settings: Settings, connection: str) -> tuple[str, str | None]:
    """Return an API's address and token; `web` is the one that the settings know by name.

    Raises `SettingsError` when they are not set. An API that asks for no token has none.
    """
    if connection == "web":
        return settings.source_url(connection), settings.source_token(connection)
    found = read_connection(connection)
    return found.need("url"), found.find("token")


def open_stream(
    settings: Settings,
    config: PagedHttpConfig,
    resource: Resource,
    client: httpx.Client,
    *,
    since: datetime | None,
    until: datetime | None,
    full: bool,
) -> Stream:
    """Return what a resource has new within the window; it is read while it is landed."""
    source = config.slug or resource.entity.source
    window = choose_window(
        settings,
        source,
        resource.entity.name,
        overlap=config.overlap,
        since=since,
        until=until,
        full=full,
    )
    return Stream(
        entity=resource.entity,
        candidates=iter_candidates(source, config, resource, client, window),
        source_slug=source,
        keeps_watermark=window.keeps_watermark,
        oldest_first=config.protocol.order == "oldest_first",
        detail={"since": window.since, "until": window.until},
    )


def iter_candidates(
    source: str,
    config: PagedHttpConfig,
    resource: Resource,
    client: httpx.Client,
    window: Window,
) -> Iterator[Candidate | Reject | Deletion]:
    """Yield what lies within the window; what has no readable moment goes on, to quarantine."""
    entity, items = resource.entity, resource.items
    read_moment = partial(find_moment, entity, items)
    pages = PagedClient(source, config, client, read_moment=read_moment, path=resource.path)
    for item in pages.iter_items(window.since):
        if window.until is not None:
            moment = read_moment(item)
            if moment is not None and moment >= window.until:
                continue
        mapped = map_item(entity, items, item, config.protocol.deleted_path)
        yield resource.complete(mapped) if isinstance(mapped, Candidate) else mapped
