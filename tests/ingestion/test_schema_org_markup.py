"""Review markup as pages carry it: JSON-LD, microdata, broken blocks, odd ratings and dates."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ingestion.candidates import Candidate, Reject
from ingestion.sources.schema_org_markup import parse_page, read_rating

URL = "https://example.com/outlet/1"
ZONE = ZoneInfo("Asia/Shanghai")


def make_review(**changes: Any) -> dict[str, Any]:
    return {
        "@type": "Review",
        "author": {"@type": "Person", "name": "吃货"},
        "datePublished": "2026-03-02",
        "reviewBody": "送货很快",
        "reviewRating": {"@type": "Rating", "ratingValue": "4", "bestRating": "5"},
        **changes,
    }


def make_page(*blocks: Any, body: str = "") -> str:
    scripts = "".join(
        '<script type="application/ld+json">'
        + (block if isinstance(block, str) else json.dumps(block, ensure_ascii=False))
        + "</script>"
        for block in blocks
    )
    return f"<html><head>{scripts}</head><body>{body}</body></html>"


def parse(html: str) -> list[Candidate | Reject]:
    return list(parse_page(html, URL, "example_site", ZONE))


def values_of(html: str) -> list[dict[str, Any]]:
    found = parse(html)
    assert all(isinstance(review, Candidate) for review in found)
    return [review.values for review in found if isinstance(review, Candidate)]


def test_a_review_is_read_with_its_rating_and_its_local_day():
    (values,) = values_of(make_page({"@type": "Store", "name": "一店", "review": [make_review()]}))

    assert values.pop("review_id").startswith("example_site:")
    assert values == {
        "site": "example_site",
        "author": "吃货",
        "rating": "4",
        "rating_scale": "5",
        "title": None,
        "text": "送货很快",
        "product_id": None,
        "city": None,
        "url": URL,
        "posted_at": datetime(2026, 3, 1, 16, tzinfo=UTC),
        "updated_at": datetime(2026, 3, 1, 16, tzinfo=UTC),
        "details": {"page": URL, "language": None},
    }


@pytest.mark.parametrize(
    "block",
    [
        make_review(),
        [make_review()],
        {"@graph": [{"@type": "WebPage"}, make_review()]},
        {"@type": ["Store", "Organization"], "review": make_review()},
        make_review(**{"@type": "https://schema.org/UserReview"}),
    ],
    ids=["alone", "in a list", "in a graph", "below an outlet", "a kind of review by URL"],
)
def test_reviews_are_found_wherever_they_hang(block):
    assert [values["text"] for values in values_of(make_page(block))] == ["送货很快"]


MICRODATA = """
<div itemscope itemtype="https://schema.org/Restaurant">
  <div itemprop="review" itemscope itemtype="http://schema.org/Review">
    <span itemprop="author" itemscope itemtype="https://schema.org/Person">
      <span itemprop="name">吃货</span></span>
    <meta itemprop="datePublished" content="2026-03-02">
    <p itemprop="reviewBody">送货很快</p>
    <div itemprop="reviewRating" itemscope itemtype="https://schema.org/Rating">
      <span itemprop="ratingValue">4</span></div>
  </div>
</div>
"""


def test_microdata_is_read_like_json_ld_and_not_twice():
    assert values_of(make_page(make_review())) == values_of(make_page(body=MICRODATA))
    assert len(values_of(make_page(make_review(), body=MICRODATA))) == 1


def test_an_edit_of_the_words_keeps_the_id_and_two_reviews_of_a_day_have_two():
    (before,) = values_of(make_page(make_review()))
    (after,) = values_of(make_page(make_review(reviewBody="改过了", dateModified="2026-03-05")))
    both = values_of(make_page([make_review(), make_review(reviewBody="又来了")]))

    assert before["review_id"] == after["review_id"]
    assert after["updated_at"] > before["updated_at"]
    assert len({values["review_id"] for values in both}) == 2


def test_the_sites_own_id_is_taken():
    (values,) = values_of(make_page(make_review(**{"@id": "https://example.com/r/77"})))

    assert values["review_id"] == "example_site:https://example.com/r/77"


def test_a_broken_block_hides_no_other_and_is_kept_when_it_speaks_of_reviews():
    found = parse(
        make_page(
            '{"@type": "Review", "reviewBody": "缺引号}', '{"@type": "Menu",,}', make_review()
        )
    )

    assert [type(review) for review in found] == [Reject, Candidate]
    assert isinstance(found[0], Reject)
    assert found[0].problem.reason_code == "bad_json"
    assert "缺引号" in found[0].payload["text"]


@pytest.mark.parametrize(
    ("rating", "expected"),
    [
        ({"ratingValue": "4"}, ("4", "5")),
        ({"ratingValue": 8.5, "bestRating": 10}, ("8.5", "10")),
        ({"ratingValue": "4,5"}, ("4.5", "5")),
        ({"ratingValue": "3/5"}, ("3", "5")),
        ("2", ("2", "5")),
        ({"ratingValue": "five"}, ("five", "5")),
        (None, (None, None)),
        ([{"ratingValue": "1"}], ("1", "5")),
    ],
    ids=str,
)
def test_ratings_are_read_on_their_scale(rating, expected):
    assert read_rating(rating) == expected


def test_a_date_that_cannot_be_read_is_left_for_the_contract():
    (values,) = values_of(make_page(make_review(datePublished="last week")))

    assert values["posted_at"] == "last week"


def test_a_page_without_reviews_has_none():
    assert parse(make_page({"@type": "Store", "aggregateRating": {"ratingValue": "4"}})) == []
