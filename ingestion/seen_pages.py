"""Which public pages were landed, in which state: one that did not change is not sent again.

Only what the server asks to be asked by is kept, never the page: it may name people.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from warehouse.postgres import connect, upsert_rows
from warehouse.settings import Settings

TABLE = "raw_reviews.pages"

DDL = f"""
create table if not exists {TABLE} (
    page_key text primary key,
    etag text,
    last_modified text,
    outlet_hash text not null,
    load_id text not null,
    landed_at timestamptz not null default now()
)
"""


@dataclass(frozen=True)
class SeenPage:
    """A page as it was landed; `outlet_hash` says as whose: a page mapped anew is read anew."""

    page_key: str
    etag: str | None
    last_modified: str | None
    outlet_hash: str


def list_seen_pages(settings: Settings) -> dict[str, SeenPage]:
    """Return the pages that were landed, by their keys."""
    with connect("voc_loader", settings) as connection:
        return {
            row[0]: SeenPage(*row)
            for row in connection.execute(
                f"select page_key, etag, last_modified, outlet_hash from {TABLE}"
            )
        }


def remember_pages(settings: Settings, pages: Iterable[SeenPage], load_id: str) -> None:
    """Record landed pages in the state in which they were read."""
    now = datetime.now(UTC)
    with connect("voc_loader", settings) as connection:
        upsert_rows(
            connection,
            TABLE,
            ["page_key", "etag", "last_modified", "outlet_hash", "load_id", "landed_at"],
            [
                (page.page_key, page.etag, page.last_modified, page.outlet_hash, load_id, now)
                for page in pages
            ],
            key=["page_key"],
        )
