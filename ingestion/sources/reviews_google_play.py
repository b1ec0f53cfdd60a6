"""Google Play -> raw_reviews.reviews

Data flow:
    POST /_/PlayStoreUi/data/batchexecute    pages by token, newest first
        -> play_store_pages                  one candidate per review
        -> landing                           one current copy per review; what is gone is marked

There is no documented API: this is what the shop's own pages ask. Reading ends at the first page
that lies before the window, so an ordinary night asks for a page or two per app and language.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

import httpx

from ingestion.candidates import Candidate, Reject
from ingestion.contracts import REVIEWS
from ingestion.errors import SourceError
from ingestion.landing import LoadReport, Progress
from ingestion.sources.patient_http import PatientClient, TryAgainError
from ingestion.sources.play_store_pages import (
    BUSY_MARK,
    SITE,
    LayoutChangedError,
    make_body,
    parse_review,
    read_page,
)
from ingestion.sources.public_reviews import Batch, land_outlets
from ingestion.sources.withdrawn_reviews import ListingReader
from ingestion.web_source_config import GooglePlayConfig
from ingestion.window import choose_window
from warehouse.settings import Settings

PATH = "/_/PlayStoreUi/data/batchexecute"
REQUEST = f"POST {PATH}"


def load(
    settings: Settings,
    config: GooglePlayConfig,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    full: bool = False,
    progress: Progress | None = None,
) -> LoadReport:
    """Land new and edited reviews of each app, and mark those that are gone."""
    window = choose_window(
        settings,
        config.slug,
        REVIEWS.name,
        overlap=config.overlap,
        since=since,
        until=until,
        full=full,
    )
    with httpx.Client(base_url=config.base_url, timeout=config.timeout_seconds) as http:
        client = PatientClient(
            config.slug, http, config.retry, seconds_between=config.seconds_between_requests
        )
        read = partial(read_app, client, config, window.since)
        return land_outlets(settings, config, window, read, progress, full=full)


def read_app(
    client: PatientClient, config: GooglePlayConfig, since: datetime | None, app_id: str
) -> Iterator[Batch]:
    """Yield an app's reviews page by page, in each language back to `since`."""
    for language in config.languages:
        listing = ListingReader(SITE, {"app_id": app_id, "language": language})
        reaches_back = True
        for page in iter_pages(client, config, app_id, language):
            reviews = [parse_review(item, app_id, language) for item in page]
            # a review that is posted while we read moves the others on: they come twice
            yield Batch([review for review in reviews if listing.take(review)])
            if since is not None and _lie_before(since, reviews):
                reaches_back = False
                break
        yield Batch([], listing.finish(reaches_back=reaches_back))


def iter_pages(
    client: PatientClient, config: GooglePlayConfig, app_id: str, language: str
) -> Iterator[list[object]]:
    """Yield the pages of one language, newest first."""
    used: set[str] = set()
    token: str | None = None
    while True:
        page, token = client.send(
            "POST",
            PATH,
            partial(_read_answer, client.source),
            params={"hl": language, "gl": config.country},
            content=make_body(app_id, config.page_size, token),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        yield page
        if token is None:
            return
        if token in used:
            raise SourceError(
                client.source,
                REQUEST,
                f"the pages of {app_id!r} ({language}) go round in a circle",
                "load again later; a later load reads this app from its newest review on",
            )
        used.add(token)


def _lie_before(since: datetime, page: list[Candidate | Reject]) -> bool:
    moments = [review.values["updated_at"] for review in page if isinstance(review, Candidate)]
    is_dated = bool(page) and len(moments) == len(page) and all(moments)
    return is_dated and max(moments) < since


def _read_answer(source: str, answer: httpx.Response) -> tuple[list[object], str | None]:
    if answer.status_code != 200:
        raise SourceError(
            source,
            REQUEST,
            f"it answered {answer.status_code}",
            "check the app's id (the `id` in the address of its page), country and languages in "
            "config/sources.yml",
        )
    if BUSY_MARK in answer.text:
        raise TryAgainError("it says that it is asked too often")
    try:
        return read_page(answer.text)
    except LayoutChangedError as changed:
        raise SourceError(
            source,
            REQUEST,
            str(changed),
            "look for a newer version of google-play-scraper: it knows the layout",
        ) from changed
