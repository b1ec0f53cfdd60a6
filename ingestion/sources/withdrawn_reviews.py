"""Reviews that a site no longer shows: what we hold of a listing's stretch, less the listing."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ingestion.candidates import Candidate, Deletion, Reject
from warehouse.postgres import connect
from warehouse.settings import Settings

# sites drop parts of a listing for an hour now and then: more than this at once is such an hour
MAX_SHARE = 0.2
_FEW = 3


@dataclass(frozen=True)
class Listing:
    """What a site showed: every review of `site` and `details` that changed after `since`.

    `since` is None when the listing reached back to the first review.
    """

    site: str
    details: dict[str, Any]
    since: datetime | None
    review_ids: Collection[str]


@dataclass
class ListingReader:
    """Takes down a listing while it is read: which reviews it showed, how far back."""

    site: str
    details: dict[str, Any]
    review_ids: set[str] = field(default_factory=set)
    oldest: datetime | None = None
    # false once a review could not be read or dated: then nobody can say what is gone
    is_clear: bool = True

    def take(self, review: Candidate | Reject) -> bool:
        """Take down a review; return whether the listing shows it for the first time."""
        values = review.values if isinstance(review, Candidate) else {}
        review_id, moment = values.get("review_id"), values.get("updated_at")
        if review_id is None or not isinstance(moment, datetime):
            self.is_clear = False
            return True
        self.oldest = moment if self.oldest is None else min(self.oldest, moment)
        is_new = review_id not in self.review_ids
        self.review_ids.add(review_id)
        return is_new

    def finish(self, *, reaches_back: bool) -> Listing | None:
        """Return what was taken down, as the site's whole list if it `reaches_back` to the first.

        None when the listing is not clear.
        """
        if not self.is_clear:
            return None
        since = None if reaches_back else self.oldest
        return Listing(self.site, self.details, since, self.review_ids)


def find_withdrawn(
    settings: Settings, listing: Listing, max_share: float = MAX_SHARE
) -> tuple[list[Deletion], int]:
    """Return the reviews that are gone, and how many are missing.

    An empty listing, or one that lacks more than `max_share` of what we hold, is no evidence:
    then nothing is gone, and the number says what was missing.
    """
    with connect("voc_loader", settings) as connection:
        held = [
            review_id
            for (review_id,) in connection.execute(
                "select review_id from raw_reviews.reviews "
                "where site = %s and details @> %s::jsonb and _deleted_at is null "
                "and (%s::timestamptz is null or updated_at > %s) order by review_id",
                (listing.site, json.dumps(listing.details), listing.since, listing.since),
            )
        ]
    shown = set(listing.review_ids)
    missing = [review_id for review_id in held if review_id not in shown]
    is_credible = shown and (len(missing) <= _FEW or len(missing) <= max_share * len(held))
    return ([Deletion((review_id,)) for review_id in missing] if is_credible else []), len(missing)


def holds_reviews(settings: Settings, site: str, details: dict[str, Any]) -> bool:
    """Do we hold any review of a site's listing that is not marked as gone?"""
    with connect("voc_loader", settings) as connection:
        row = connection.execute(
            "select exists (select from raw_reviews.reviews where site = %s "
            "and details @> %s::jsonb and _deleted_at is null)",
            (site, json.dumps(details)),
        ).fetchone()
    return bool(row and row[0])
