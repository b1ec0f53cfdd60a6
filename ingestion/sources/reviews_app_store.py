"""Apple's App Store -> raw_reviews.reviews

Data flow:
    GET /<country>/rss/customerreviews/page=<1..10>/id=<app>/sortby=mostrecent/json
        -> parse_feed()       one candidate per review; the app's own entry is left out
        -> landing            one current copy per review; what the feed no longer shows is marked

The feed holds the newest 500 reviews of an app and country; older ones never come back. It tells
only when a review was last changed, which stands for when it was posted, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

import httpx

from ingestion.candidates import Candidate, Reject
from ingestion.contracts import Problem
from ingestion.errors import SourceError
from ingestion.landing import LoadReport, Progress
from ingestion.sources.patient_http import PatientClient, read_json
from ingestion.sources.public_reviews import Batch, land_outlets
from ingestion.sources.withdrawn_reviews import ListingReader
from ingestion.web_source_config import AppStoreConfig
from ingestion.window import Window
from warehouse.settings import Settings

SITE = "app_store"
# Apple's limits: it answers 400 beyond the last page
LAST_PAGE = 10
PAGE_SIZE = 50


def load(
    settings: Settings,
    config: AppStoreConfig,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    full: bool = False,
    progress: Progress | None = None,
) -> LoadReport:
    """Land what the feeds show; each load reads them whole, for they are short."""
    with httpx.Client(base_url=config.base_url, timeout=config.timeout_seconds) as http:
        client = PatientClient(
            config.slug, http, config.retry, seconds_between=config.seconds_between_requests
        )
        read = partial(read_app, client, config)
        return land_outlets(settings, config, Window(since, until, True), read, progress, full=full)


def read_app(client: PatientClient, config: AppStoreConfig, app_id: str) -> Iterator[Batch]:
    """Yield the feed of an app in each country."""
    for country in config.countries:
        listing = ListingReader(SITE, {"app_id": app_id, "country": country})
        # a review that is posted while we read moves the others down a page: they come twice
        reviews = [review for review in iter_pages(client, country, app_id) if listing.take(review)]
        reaches_back = len(reviews) < LAST_PAGE * PAGE_SIZE
        yield Batch(reviews, listing.finish(reaches_back=reaches_back))


def iter_pages(client: PatientClient, country: str, app_id: str) -> Iterator[Candidate | Reject]:
    """Yield the reviews of all pages of one feed, newest first."""
    for page in range(1, LAST_PAGE + 1):
        url = f"/{country}/rss/customerreviews/page={page}/id={app_id}/sortby=mostrecent/json"
        reviews = client.get(url, partial(read_page, client.source, url, page))
        if reviews is None:
            return
        yield from parse_feed(reviews, app_id, country)


def read_page(source: str, url: str, page: int, answer: httpx.Response) -> list[Any] | None:
    """Return the entries of an answer; None when the feed ends before this page."""
    if answer.status_code in (400, 404) and page > 1:
        return None
    if answer.status_code != 200:
        raise SourceError(
            source,
            f"GET {url}",
            f"it answered {answer.status_code}",
            "check the app's id and its countries in config/sources.yml: the id stands in the "
            "address of the app's page",
        )
    document = read_json(answer)
    feed = document.get("feed") if isinstance(document, dict) else None
    if not isinstance(feed, dict):
        raise SourceError(
            source,
            f"GET {url}",
            'its answer has no "feed"',
            "compare the answer with docs/sources.md: Apple may have changed its feed",
        )
    entries = feed.get("entry", [])
    # the feed writes a list of one as that one
    entries = [entries] if isinstance(entries, dict) else entries
    return entries or None


def parse_feed(entries: list[Any], app_id: str, country: str) -> Iterator[Candidate | Reject]:
    """Yield the reviews among a feed's entries; the app itself may be the first of them."""
    for entry in entries:
        if not isinstance(entry, dict):
            yield Reject(Problem("wrong_type", "an entry of the feed is no JSON object"), entry)
        elif "im:rating" in entry or "author" in entry:
            yield Candidate(parse_entry(entry, app_id, country))


def parse_entry(entry: dict[str, Any], app_id: str, country: str) -> dict[str, Any]:
    """Return one review in the contract's names; what an entry lacks is null."""
    native_id = read_label(entry, "id")
    changed = read_label(entry, "updated")
    try:
        moment: Any = datetime.fromisoformat(changed) if changed else None
    except ValueError:
        moment = changed  # the contract says what is wrong with it
    return {
        "review_id": f"{SITE}:{native_id}" if native_id else None,
        "site": SITE,
        "author": read_label(entry, "author", "name"),
        "rating": read_label(entry, "im:rating"),
        "rating_scale": 5,
        "title": read_label(entry, "title"),
        "text": read_label(entry, "content"),
        "product_id": None,
        "city": None,
        "url": f"https://apps.apple.com/{country}/app/id{app_id}?see-all=reviews",
        "posted_at": moment,
        "updated_at": moment,
        "details": {
            "app_id": app_id,
            "country": country,
            "app_version": read_label(entry, "im:version"),
        },
    }


def read_label(entry: dict[str, Any], *names: str) -> str | None:
    """Return the text that an entry keeps under `names`, then `label`."""
    found: Any = entry
    for name in (*names, "label"):
        if not isinstance(found, dict):
            return None
        found = found.get(name)
    return found if isinstance(found, str) else None
