"""Google Play's review pages, as a server on loopback gives them: laid out as the shop does."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus

import pytest

from ingestion.errors import SourceError
from ingestion.registry import load_source
from tests.ingestion.scripted_server import Answer, Asked, ScriptedServer, running
from tests.ingestion.source_settings import NO_WAITING, with_sources

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
PAGE = 5


def make_review(number: int, text: str | None = None, moment: datetime | None = None) -> list[Any]:
    """Return a review in the places in which the shop puts them."""
    seconds = int((moment or FIRST + timedelta(hours=number)).timestamp())
    picture = [None, 2, None, [None, None, "https://play-lh.googleusercontent.com/x"]]
    reply = ["示例商城", "谢谢", [seconds + 60, 0]] if number == 1 else None
    words = text or f"第{number}条评论"
    return [
        f"gp-{number}",
        [f"用户{number}", picture],
        number % 5 + 1,
        None,
        words,
        [seconds, 0],
        0,
        reply,
        None,
        None,
        "3.4.3",
    ]


class Shop(ScriptedServer):
    """Pages of five by token, newest first."""

    def __init__(self) -> None:
        self.reviews: list[list[Any]] = []
        super().__init__(self.answer_page)

    def answer_page(self, asked: Asked) -> Answer:
        body = unquote_plus(asked.body)
        assert "com.example.shop" in body
        token = re.search(r'\\"from-(\d+)\\"', body)
        start = int(token[1]) if token else 0
        end = start + PAGE
        following = f"from-{end}" if end < len(self.reviews) else None
        payload = [self.reviews[start:end], [None, following], []]
        return self.wrap(payload if self.reviews else [])

    @staticmethod
    def wrap(payload: Any) -> Answer:
        envelope = [["wrb.fr", "oCPfdb", json.dumps(payload), None, None, None, "generic"]]
        return Answer(")]}'\n\n" + json.dumps(envelope, ensure_ascii=False))


@pytest.fixture
def shop() -> Iterator[Shop]:
    server = Shop()
    with running(server):
        yield server


@pytest.fixture
def configured(settings, shop, tmp_path):
    return with_sources(
        settings,
        tmp_path,
        google_play={
            "connector": "reviews_google_play",
            "base_url": shop.address,
            "country": "cn",
            "languages": ["zh"],
            "page_size": PAGE,
            "overlap_minutes": 60,
            "seconds_between_requests": 0,
            "retry": NO_WAITING,
            "outlets": {"com.example.shop": {"subject": "us"}},
        },
    )


def newest_first(*numbers: int) -> list[list[Any]]:
    return [make_review(number) for number in sorted(numbers, reverse=True)]


def test_reviews_of_all_pages_land(configured, shop, warehouse):
    shop.reviews = newest_first(*range(13))

    report = load_source(configured, "google_play")

    assert (report.rows_read, report.rows_landed) == (13, 13)
    assert warehouse.rows(
        "select site, subject, author, rating::int, text, posted_at, details "
        "from raw_reviews.reviews where review_id = 'google_play:gp-1'"
    ) == [
        (
            "google_play",
            "us",
            "用户1",
            2,
            "第1条评论",
            FIRST + timedelta(hours=1),
            {
                "app_id": "com.example.shop",
                "language": "zh",
                "app_version": "3.4.3",
                "reply": "谢谢",
            },
        )
    ]
    assert shop.requests[0].query == {"hl": "zh", "gl": "cn"}


def test_a_later_load_stops_where_nothing_is_new(configured, shop, warehouse):
    shop.reviews = newest_first(*range(30))
    load_source(configured, "google_play")
    shop.requests.clear()
    shop.reviews = newest_first(*range(32))

    report = load_source(configured, "google_play").entities[0]

    # the watermark is an hour into the first page; the second lies wholly before it
    assert len(shop.requests) == 2
    assert report.rows_written == 2


def test_a_withdrawn_review_is_marked_and_the_unread_ones_are_not(configured, shop, warehouse):
    shop.reviews = newest_first(*range(30))
    load_source(configured, "google_play")
    shop.reviews = newest_first(*range(28), 29)

    report = load_source(configured, "google_play").entities[0]

    assert report.rows_deleted == 1
    assert warehouse.rows(
        "select review_id from raw_reviews.reviews where _deleted_at is not null"
    ) == [("google_play:gp-28",)]


def test_after_a_failure_no_page_is_left_out(configured, shop, warehouse):
    """Newest first, so what was read says nothing about what was not: the next load reads all."""
    shop.reviews = newest_first(*range(30))
    shop.faults = [None, None, *[Answer("", 500)] * 3]

    with pytest.raises(SourceError, match=r"batchexecute.*500"):
        load_source(configured, "google_play")

    assert warehouse.value("select count(*) from raw_reviews.reviews") == 10
    assert warehouse.value("select count(*) from ops.watermarks") == 0

    load_source(configured, "google_play")

    assert warehouse.value("select count(*) from raw_reviews.reviews") == 30


@pytest.mark.parametrize(
    "fault",
    [
        Answer("{}", 503),
        Answer("{}", 429, {"Retry-After": "0"}),
        Answer(')]}\'\n\n[["er", "com.google.play.gateway.proto.PlayGatewayError"]]'),
        Answer(")]}'\n\n[[]]", is_cut=True),
    ],
    ids=["503", "429", "asked too often", "connection breaks"],
)
def test_a_passing_fault_loses_and_doubles_nothing(configured, shop, warehouse, fault):
    shop.reviews = newest_first(*range(12))
    shop.faults = [None, fault, fault]

    assert load_source(configured, "google_play").rows_landed == 12


def test_a_layout_that_nobody_knows_is_said(configured, shop):
    shop.faults = [Answer("<html>consent</html>")]

    with pytest.raises(SourceError, match=r"not laid out as we know it.*google-play-scraper"):
        load_source(configured, "google_play")


def test_reviews_laid_out_anew_are_named_by_what_is_missing(configured, shop):
    shop.reviews = [[None, *review] for review in newest_first(*range(12))]

    with pytest.raises(SourceError, match=r"posted_at|review_id"):
        load_source(configured, "google_play")


def test_pages_that_go_round_are_an_error(configured, shop):
    shop.respond = lambda asked: shop.wrap([newest_first(1), [None, "from-0"], []])

    with pytest.raises(SourceError, match="circle"):
        load_source(configured, "google_play")

    assert len(shop.requests) < 5


def test_an_app_without_reviews_is_no_error(configured, shop):
    assert load_source(configured, "google_play").rows_read == 0


def test_certificates_are_still_checked_for_everybody_else(configured, shop):
    load_source(configured, "google_play")

    context = ssl._create_default_https_context()

    assert context.verify_mode is ssl.CERT_REQUIRED
