"""Reviews in a page's markup (schema.org as JSON-LD or microdata) -> candidates. Pure.

https://schema.org/Review: the types Review, UserReview and CriticReview, wherever they hang.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ingestion.candidates import Candidate, Reject
from ingestion.contracts import Problem

REVIEW_TYPES = frozenset({"Review", "UserReview", "CriticReview"})
# schema.org: a rating without bounds runs from 1 to 5
DEFAULT_BEST = "5"
_RATING = re.compile(r"^\s*(\d+(?:[.,]\d+)?)\s*(?:/\s*(\d+(?:[.,]\d+)?))?\s*$")


class UnreadableMarkupError(ValueError):
    """A page that is not HTML."""


def parse_page(
    html: str, page_url: str, site: str, time_zone: ZoneInfo
) -> Iterator[Candidate | Reject]:
    """Yield the reviews of a page, each once, though it may stand in both kinds of markup.

    Raises `UnreadableMarkupError`. A broken block that speaks of reviews becomes a reject.
    """
    seen: dict[str, str] = {}
    for block in iter_blocks(html, page_url):
        if isinstance(block, Reject):
            yield block
            continue
        for node in iter_reviews(block):
            values = parse_review(node, page_url, site, time_zone)
            text = str(values["text"])
            review_id = values["review_id"]
            if review_id in seen and seen[review_id] != text:
                # the same author on the same day about the same page: the words tell them apart
                review_id = f"{review_id}-{_hash(text)[:8]}"
            if review_id in seen:
                continue
            seen[review_id] = text
            yield Candidate(values | {"review_id": review_id})


def iter_blocks(html: str, page_url: str) -> Iterator[Any]:
    """Yield each JSON-LD block and each microdata item of a page as nested dicts and lists."""
    from extruct import JsonLdExtractor, extract
    from lxml.etree import LxmlError
    from lxml.html import document_fromstring

    try:
        tree = document_fromstring(html)
    except (LxmlError, ValueError) as unreadable:
        raise UnreadableMarkupError(str(unreadable)) from unreadable
    for script in tree.xpath('descendant::script[@type="application/ld+json"]'):
        text = str(script.text_content())
        try:
            # block by block: one that is broken must not hide the others
            yield from JsonLdExtractor().extract(
                f'<script type="application/ld+json">{text}</script>'
            )
        except ValueError:
            if "Review" in text:
                yield Reject(
                    Problem("bad_json", "a JSON-LD block with reviews is not JSON"),
                    {"page": page_url, "text": text},
                )
    yield from extract(html, base_url=page_url, syntaxes=["microdata"], uniform=True)["microdata"]


def iter_reviews(block: Any) -> Iterator[dict[str, Any]]:
    """Yield the reviews within a block, however deep; a review within a review is part of it."""
    if isinstance(block, list):
        for part in block:
            yield from iter_reviews(part)
    elif isinstance(block, dict):
        if REVIEW_TYPES & _types(block):
            yield block
            return
        for part in block.values():
            yield from iter_reviews(part)


def parse_review(
    node: dict[str, Any], page_url: str, site: str, time_zone: ZoneInfo
) -> dict[str, Any]:
    """Return one review in the contract's names; what the markup lacks is null."""
    posted_at = read_moment(node.get("datePublished") or node.get("dateCreated"), time_zone)
    author = _name(node.get("author"))
    text = _text(node.get("reviewBody")) or _text(node.get("description"))
    rating, scale = read_rating(node.get("reviewRating"))
    return {
        "review_id": f"{site}:{_native_id(node, page_url, author, text)}",
        "site": site,
        "author": author,
        "rating": rating,
        "rating_scale": scale,
        "title": _text(node.get("headline")) or _text(node.get("name")),
        "text": text,
        "product_id": None,
        "city": None,
        "url": _text(node.get("url")) or page_url,
        "posted_at": posted_at,
        "updated_at": read_moment(node.get("dateModified"), time_zone) or posted_at,
        "details": {"page": page_url, "language": _text(node.get("inLanguage"))},
    }


def read_moment(value: Any, time_zone: ZoneInfo) -> Any:
    """Return a date or moment with its zone; what cannot be read stays, for the contract."""
    text = _text(value)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            moment = datetime.combine(date.fromisoformat(text), datetime.min.time())
        except ValueError:
            return text
    return moment if moment.tzinfo else moment.replace(tzinfo=time_zone)


def read_rating(value: Any) -> tuple[str | None, str | None]:
    """Return a rating and the best that there is, both as decimals; `4/5` is 4 of 5."""
    node = _first(value)
    rating = node.get("ratingValue") if isinstance(node, dict) else node
    text = _text(rating)
    if text is None:
        return None, None
    best = _text(node.get("bestRating")) if isinstance(node, dict) else None
    match = _RATING.match(text)
    if match is None:
        return text, best or DEFAULT_BEST  # the contract says what is wrong with it
    return match[1].replace(",", "."), (match[2] or best or DEFAULT_BEST).replace(",", ".")


def _native_id(node: dict[str, Any], page_url: str, author: str | None, text: str | None) -> str:
    """Return the site's own id where it gives one, else one that an edit of the words keeps."""
    own = _text(node.get("@id")) or _text(node.get("identifier"))
    if own is not None and not own.startswith("_:"):  # such a name holds for one page view only
        return own
    when = _text(node.get("datePublished"))
    is_enough = author is not None and when is not None
    parts = [author, when] if is_enough else [author, when, text]
    return _hash("|".join([page_url, *map(str, parts)]))


def _types(node: dict[str, Any]) -> set[str]:
    found = node.get("@type")
    names = found if isinstance(found, list) else [found]
    return {str(name).rstrip("/").rpartition("/")[2] for name in names}


def _name(value: Any) -> str | None:
    node = _first(value)
    return _text(node.get("name")) if isinstance(node, dict) else _text(node)


def _text(value: Any) -> str | None:
    node = _first(value)
    if isinstance(node, dict):
        node = node.get("@value") or node.get("value")
    if isinstance(node, bool) or not isinstance(node, (str, int, float)):
        return None
    return str(node).strip() or None


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:24]
