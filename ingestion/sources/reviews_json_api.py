"""Reviews of our outlets and of competitors -> raw_reviews.reviews

Data flow:
    GET /v1/reviews?updated_since=...    cursor pages, oldest edit first
        -> parse_review()                one candidate per review, source names kept
        -> landing                       one current copy per review_id
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ingestion.candidates import Candidate, Reject
from ingestion.contracts import REVIEWS, Problem
from ingestion.landing import LoadReport, Progress
from ingestion.source_config import ReviewsConfig
from ingestion.sources.paged_source import load_pages
from warehouse.settings import Settings


def load(
    settings: Settings,
    config: ReviewsConfig,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    full: bool = False,
    progress: Progress | None = None,
) -> LoadReport:
    """Land new and edited reviews."""
    return load_pages(
        settings,
        config,
        REVIEWS,
        parse_review,
        since=since,
        until=until,
        full=full,
        progress=progress,
    )


def parse_review(item: Any) -> Candidate | Reject:
    """Return one review as a candidate, names as the API has them."""
    if not isinstance(item, dict):
        return Reject(Problem("wrong_type", "the review is not a JSON object"), item)
    return Candidate(item)
