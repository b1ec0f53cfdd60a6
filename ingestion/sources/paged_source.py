"""A paged JSON API as a source: window, client, candidates, landing. Parsing is the caller's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from ingestion.candidates import Candidate, Reject
from ingestion.contracts import Entity
from ingestion.landing import LoadReport, Progress, Stream, land
from ingestion.source_config import PagedHttpConfig
from ingestion.sources.paged_http import PagedClient, make_client, read_moment
from ingestion.window import Window, choose_window
from warehouse.settings import Settings

ParseItem = Callable[[Any], Candidate | Reject]


def load_pages(
    settings: Settings,
    config: PagedHttpConfig,
    entity: Entity,
    parse_item: ParseItem,
    *,
    since: datetime | None,
    until: datetime | None,
    full: bool,
    progress: Progress | None,
) -> LoadReport:
    """Land what a paged API has new within the window."""
    window = choose_window(
        settings,
        entity.source,
        entity.name,
        overlap=config.overlap,
        since=since,
        until=until,
        full=full,
    )
    base_url = settings.source_url(config.connection)
    token = settings.source_token(config.connection)
    with make_client(config, base_url, token) as client:
        pages = PagedClient(entity.source, config, client)
        items = iter_window(pages.iter_items(window.since), window)
        stream = Stream(
            entity=entity,
            candidates=map(parse_item, items),
            source_slug=entity.source,
            keeps_watermark=window.keeps_watermark,
            detail={"since": window.since, "until": window.until},
        )
        return land(settings, entity.source, [stream], progress)


def iter_window(items: Iterable[Any], window: Window) -> Iterator[Any]:
    """Yield the items before `until`; one whose moment cannot be read goes on, to quarantine."""
    for item in items:
        moment = read_moment(item)
        if moment is None or window.until is None or moment < window.until:
            yield item
