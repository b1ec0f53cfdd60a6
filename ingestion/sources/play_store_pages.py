"""What Google Play answers when asked for reviews: the layout as google-play-scraper knows it.

Of that library only the layout is used. Its own requests know no time limit, its paging takes
any failure for the last page, and importing it switches off the check of certificates for the
whole process, which is undone here.
"""

from __future__ import annotations

import json
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from ingestion.candidates import Candidate, Reject
from ingestion.contracts import Problem

SITE = "google_play"
NEWEST_FIRST = 2
# what stands in an answer when Google has had enough of us for a moment
BUSY_MARK = "com.google.play.gateway.proto.PlayGatewayError"


class LayoutChangedError(ValueError):
    """An answer that is not laid out as we know it."""


@dataclass(frozen=True)
class _Layout:
    bodies: Any
    fields: dict[str, Any]
    answer: Any


@cache
def _layout() -> _Layout:
    # the library replaces the factory of urllib's secure connections while it is imported
    checked = ssl._create_default_https_context
    try:
        from google_play_scraper.constants.element import ElementSpecs
        from google_play_scraper.constants.regex import Regex
        from google_play_scraper.constants.request import Formats
    finally:
        ssl._create_default_https_context = checked
    return _Layout(Formats.Reviews, ElementSpecs.Review, Regex.REVIEWS)


def make_body(app_id: str, page_size: int, token: str | None) -> bytes:
    """Return the request for a page of reviews, newest first; a null token asks for the first."""
    body: bytes = _layout().bodies.build_body(
        app_id, NEWEST_FIRST, page_size, "null", "null", token
    )
    return body


def read_page(text: str) -> tuple[list[Any], str | None]:
    """Return the reviews of an answer, as Google lays them out, and the token of the next page.

    Raises `LayoutChangedError` when the answer is laid out otherwise; an app that Google does
    not know has no reviews.
    """
    found = _layout().answer.findall(text)
    try:
        envelope = json.loads(found[0])
        payload = json.loads(envelope[0][2])
        reviews = payload[0] if payload else []
        token = payload[-2][-1] if len(payload) > 1 and payload[-2] else None
    except (IndexError, KeyError, TypeError, ValueError) as unknown:
        raise LayoutChangedError("the answer is not laid out as we know it") from unknown
    if not isinstance(reviews or [], list):
        raise LayoutChangedError("the answer has no list of reviews")
    return reviews or [], token if isinstance(token, str) else None


def parse_review(review: Any, app_id: str, language: str) -> Candidate | Reject:
    """Return one review in the contract's names; what it lacks is null."""
    if not isinstance(review, list):
        return Reject(Problem("wrong_type", "a review is not laid out as a list"), review)
    fields = _layout().fields
    values = {name: spec.extract_content(review) for name, spec in fields.items()}
    moment = _read_seconds(review, fields["at"].data_map)
    native_id = values["reviewId"]
    return Candidate(
        {
            "review_id": f"{SITE}:{native_id}" if native_id else None,
            "site": SITE,
            "author": values["userName"],
            "rating": values["score"],
            "rating_scale": 5,
            "title": None,
            "text": values["content"],
            "product_id": None,
            "city": None,
            "url": f"https://play.google.com/store/apps/details?id={app_id}&reviewId={native_id}",
            "posted_at": moment,
            "updated_at": moment,
            "details": {
                "app_id": app_id,
                "language": language,
                "app_version": values["appVersion"],
                "reply": values["replyContent"],
            },
        }
    )


def _read_seconds(review: list[Any], places: list[int]) -> datetime | None:
    """Return the moment at a place; the library's own reading would lose the time zone."""
    found: Any = review
    try:
        for place in places:
            found = found[place]
        return datetime.fromtimestamp(found, UTC)
    except (IndexError, TypeError, ValueError, OverflowError, OSError):
        return None
