"""Public review sites, outlet by outlet: one that fails does not stop the others.

Data flow:
    outlets of config/sources.yml
        -> the site's own reader      Batch: the reviews of one outlet, and how far they reach
        -> candidates, then what is gone from the stretch that was read
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ingestion.candidates import Candidate, Deletion, Reject
from ingestion.contracts import REVIEWS
from ingestion.errors import SourceError
from ingestion.landing import LoadReport, Progress, Stream, land
from ingestion.sources.outlets import describe_outlet
from ingestion.sources.withdrawn_reviews import MAX_SHARE, Listing, find_withdrawn
from ingestion.web_source_config import Outlet, PublicReviewsConfig
from ingestion.window import Window
from warehouse.settings import Settings


@dataclass(frozen=True)
class Batch:
    """The reviews of one listing, and the listing itself where it tells what is gone."""

    reviews: list[Candidate | Reject]
    listing: Listing | None = None


# reads the listings of one outlet, by its id at the site
ReadOutlet = Callable[[str], Iterable[Batch]]


@dataclass
class OutletReader:
    """Reads every outlet of a source; remembers which failed and raises that at the end.

    A listing that lacks more than `max_missing_share` of what we hold is not believed.
    """

    settings: Settings
    config: PublicReviewsConfig
    window: Window
    read_outlet: ReadOutlet
    max_missing_share: float
    detail: dict[str, Any] = field(default_factory=dict)
    failures: dict[str, SourceError] = field(default_factory=dict)

    def iter_candidates(self) -> Iterator[Candidate | Reject | Deletion]:
        """Yield the reviews within the window and what was withdrawn, outlet by outlet.

        A listing is read to its end before its first review goes on: a half-read one would make
        the other half look withdrawn.
        """
        for site_id, outlet in self.config.outlets.items():
            try:
                for batch in self.read_outlet(site_id):
                    yield from self._iter_batch(batch, outlet)
            except SourceError as failure:
                self.failures[site_id] = failure
        if self.failures:
            raise self._summarise()

    def _iter_batch(self, batch: Batch, outlet: Outlet) -> Iterator[Candidate | Reject | Deletion]:
        for review in batch.reviews:
            if isinstance(review, Candidate):
                moment = review.values.get("updated_at")
                if isinstance(moment, datetime) and not self.window.holds(moment):
                    continue
                review = replace(
                    review, values=review.values | describe_outlet(outlet, review.values)
                )
            yield review
        if batch.listing is None:
            return
        gone, missing = find_withdrawn(self.settings, batch.listing, self.max_missing_share)
        if missing > len(gone):
            self.detail["missing_but_not_marked"] = (
                self.detail.get("missing_but_not_marked", 0) + missing
            )
        yield from gone

    def _summarise(self) -> SourceError:
        first = next(iter(self.failures.values()))
        if len(self.failures) == 1:
            return first
        listed = "; ".join(f"{name}: {failure.cause}" for name, failure in self.failures.items())
        return SourceError(
            self.config.slug,
            f"{len(self.failures)} of {len(self.config.outlets)} outlets",
            f"could not be read ({listed})",
            f"the others are landed. {first.next_step}",
        )


def land_outlets(
    settings: Settings,
    config: PublicReviewsConfig,
    window: Window,
    read_outlet: ReadOutlet,
    progress: Progress | None,
    *,
    full: bool,
) -> LoadReport:
    """Land the reviews of every outlet of a source.

    A `full` load is somebody's wish to have what the site shows: then listings are believed
    however much they lack, as long as they show anything.
    """
    reader = OutletReader(
        settings,
        config,
        window,
        read_outlet,
        max_missing_share=1 if full else MAX_SHARE,
        detail={"since": window.since, "until": window.until},
    )
    stream = Stream(
        entity=REVIEWS,
        candidates=reader.iter_candidates(),
        source_slug=config.slug,
        keeps_watermark=window.keeps_watermark,
        # outlet by outlet, newest first in each
        oldest_first=False,
        detail=reader.detail,
    )
    return land(settings, config.slug, [stream], progress)
