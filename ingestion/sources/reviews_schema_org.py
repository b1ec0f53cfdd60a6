"""Review markup on outlets' own pages -> raw_reviews.reviews

Data flow:
    GET robots.txt, then each page     at the site's pace, only if it changed since
        -> parse_page()                JSON-LD and microdata, one candidate per review
        -> landing                     one current copy per review
        -> raw_reviews.pages           what the server wants to be asked by next time
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import httpx

from ingestion.errors import SchemaChangedError, SourceError
from ingestion.landing import LoadReport, Progress
from ingestion.seen_pages import SeenPage, list_seen_pages, remember_pages
from ingestion.sources.polite_pages import Page, PoliteReader, Validators
from ingestion.sources.public_reviews import Batch, land_outlets
from ingestion.sources.schema_org_markup import UnreadableMarkupError, parse_page
from ingestion.sources.withdrawn_reviews import ListingReader, holds_reviews
from ingestion.web_source_config import SchemaOrgConfig
from ingestion.window import Window
from warehouse.settings import Settings


@dataclass
class PageReader:
    """Reads the pages of one load; `seen` holds those that were read whole."""

    settings: Settings
    config: SchemaOrgConfig
    reader: PoliteReader
    known: dict[str, SeenPage]
    seen: list[SeenPage] = field(default_factory=list)

    def read_outlet(self, url: str) -> Iterator[Batch]:
        """Yield the reviews on a page; nothing when it is the same as last time."""
        key = f"{self.config.slug}/{url}"
        outlet_hash = hashlib.sha256(
            f"{self.config.site}|{self.config.time_zone}|{self.config.outlets[url]!r}".encode()
        ).hexdigest()
        known = self.known.get(key)
        validators = Validators()
        if known is not None and known.outlet_hash == outlet_hash:
            validators = Validators(known.etag, known.last_modified)
        page = self.reader.read(url, validators)
        if page.text is None:
            return
        yield self._read_reviews(url, page)
        self.seen.append(
            SeenPage(key, page.validators.etag, page.validators.last_modified, outlet_hash)
        )

    def _read_reviews(self, url: str, page: Page) -> Batch:
        zone = ZoneInfo(self.config.time_zone)
        try:
            reviews = list(parse_page(page.text or "", url, self.config.site, zone))
        except UnreadableMarkupError as unreadable:
            raise self._fail(url, f"it is no HTML page ({unreadable})") from unreadable
        listing = ListingReader(self.config.site, {"page": url})
        for review in reviews:
            listing.take(review)
        if not reviews and holds_reviews(self.settings, listing.site, listing.details):
            raise self._fail(url, "it had reviews before and shows no review markup any more")
        is_list = self.config.lists_all and bool(reviews)
        return Batch(reviews, listing.finish(reaches_back=True) if is_list else None)

    def _fail(self, url: str, cause: str) -> SourceError:
        return SourceError(
            self.config.slug,
            f"GET {url}",
            cause,
            "look at the page's source: without schema.org markup (JSON-LD or microdata) its "
            "reviews need another way in",
        )


def load(
    settings: Settings,
    config: SchemaOrgConfig,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    full: bool = False,
    progress: Progress | None = None,
) -> LoadReport:
    """Land what the pages show; with `since`, `until` or `full`, unchanged ones are read, too."""
    is_windowed = since is not None or until is not None
    known = {} if full or is_windowed else list_seen_pages(settings)
    with httpx.Client(timeout=config.timeout_seconds) as http:
        reader = PageReader(settings, config, PoliteReader(config, http), known)
        try:
            report = land_outlets(
                settings,
                config,
                Window(since, until, True),
                reader.read_outlet,
                progress,
                full=full,
            )
        except SchemaChangedError:
            raise  # how much was landed, the pages cannot tell
        except SourceError as failure:
            if isinstance(failure.report, LoadReport) and not is_windowed:
                remember_pages(settings, reader.seen, failure.report.entities[0].load_id)
            raise
    if not is_windowed:  # reviews outside the window are still to be landed
        remember_pages(settings, reader.seen, report.entities[0].load_id)
    return report
