"""Reviews and survey responses over real HTTP into the real database."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from ingestion.errors import SchemaChangedError, SourceError
from ingestion.registry import load_source
from tests.ingestion.broken_server import TOKEN, PlannedServer, serving
from warehouse.settings import Settings


def make_review(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "review_id": f"R{number:04d}",
        "site": "site_a",
        "outlet_id": "S1",
        "subject": "us",
        "author": f"用户{number}",
        "rating": number % 5 + 1,
        "rating_scale": 5,
        "title": None,
        "text": f"第{number}条评论",
        "product_id": None,
        "city": "杭州",
        "url": f"https://reviews.example/{number}",
        "posted_at": f"2024-01-{number % 28 + 1:02d}T08:00:00+00:00",
        "updated_at": f"2024-02-{number % 28 + 1:02d}T{number % 24:02d}:00:00+00:00",
        **changes,
    }


def make_response(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "response_id": f"A{number}",
        "customer_id": "C1",
        "survey_slug": "post_purchase",
        "channel": "sms",
        "nps": number % 11,
        "csat": number % 5 + 1,
        "ces": None,
        "comment": None,
        "order_id": None,
        "store_id": None,
        "agent_id": None,
        "submitted_at": "2024-01-01T08:00:00+00:00",
        "updated_at": f"2024-01-{number % 28 + 1:02d}T08:00:00+00:00",
        **changes,
    }


@pytest.fixture
def server() -> Iterator[PlannedServer]:
    with serving(PlannedServer()) as running:
        yield running


@pytest.fixture
def web(impatient: Settings, server: PlannedServer) -> Settings:
    return impatient.model_copy(
        update={"web_source_url": server.address, "web_source_token": SecretStr(TOKEN)}
    )


def landed_reviews(warehouse) -> list[tuple]:
    return warehouse.rows(
        "select review_id, author, rating::int, text, posted_at, updated_at "
        "from raw_reviews.reviews order by review_id"
    )


def expected_reviews(items: list[dict[str, Any]]) -> list[tuple]:
    return sorted(
        (
            item["review_id"],
            item["author"],
            item["rating"],
            item["text"],
            datetime.fromisoformat(item["posted_at"]),
            datetime.fromisoformat(item["updated_at"]),
        )
        for item in items
    )


def test_reviews_land_record_for_record(web, server, warehouse):
    server.items = [make_review(number) for number in range(23)]

    report = load_source(web, "reviews")

    assert report.rows_landed == 23
    assert landed_reviews(warehouse) == expected_reviews(server.items)


def test_survey_responses_land_with_their_scores(web, server, warehouse):
    # the server of this test knows one resource only
    path = web.config_dir / "sources.yml"
    path.write_text(path.read_text().replace("invitations_path: /v1/survey-invitations", ""))
    server.items = [
        make_response(1),
        make_response(2, nps=12),
        make_response(3, nps=None, csat=None),
    ]

    report = load_source(web, "surveys")

    assert (report.rows_landed, report.rows_quarantined) == (1, 2)
    assert warehouse.rows("select response_id, nps, csat::int from raw_surveys.responses") == [
        ("A1", 1, 2)
    ]
    assert warehouse.quarantined() == [("out_of_range", "A2"), ("empty_feedback", "A3")]


def test_an_edited_review_replaces_its_older_copy(web, server, warehouse):
    server.items = [make_review(1), make_review(2)]
    load_source(web, "reviews")
    server.items[0] = make_review(1, text="改过了", updated_at="2024-02-28T00:00:00+00:00")

    load_source(web, "reviews")

    assert landed_reviews(warehouse) == expected_reviews(server.items)


def test_a_source_that_fails_midway_keeps_what_it_gave_and_goes_on_from_there(
    web, server, warehouse
):
    server.items = [make_review(number) for number in range(20)]
    server.faults = [None, None, None, *[500] * 5]

    with pytest.raises(SourceError, match="500"):
        load_source(web, "reviews")

    assert len(landed_reviews(warehouse)) == 6
    assert warehouse.rows("select status, rows_read, rows_landed from ops.loads") == [
        ("failed", 6, 6)
    ]
    taken_until = warehouse.value("select watermark from ops.watermarks")
    server.requests.clear()

    load_source(web, "reviews")

    asked_since = datetime.fromisoformat(server.requests[0]["updated_since"])
    assert datetime(2024, 1, 1, tzinfo=UTC) < asked_since < taken_until
    assert landed_reviews(warehouse) == expected_reviews(server.items)


def test_a_failed_source_that_gave_newer_records_first_keeps_its_old_watermark(
    web, server, warehouse
):
    items = [make_review(number) for number in range(6)]

    class Unordered(PlannedServer):
        def answer(self, query: dict[str, str]) -> dict[str, Any]:
            start = int(query.get("cursor", 0))
            return {"items": items[::-1][start : start + 2], "next_cursor": str(start + 2)}

    with serving(Unordered(faults=[None, *[500] * 5])) as running, pytest.raises(SourceError):
        load_source(web.model_copy(update={"web_source_url": running.address}), "reviews")

    assert len(landed_reviews(warehouse)) == 2
    assert warehouse.value("select count(*) from ops.watermarks") == 0


def test_an_item_that_is_no_object_and_a_field_more_stop_nothing(web, server, warehouse):
    items = [make_review(1), make_review(2, likes=7)]

    class Odd(PlannedServer):
        def answer(self, query: dict[str, str]) -> dict[str, Any]:
            return {"items": [items[0], "oops", items[1]], "next_cursor": None}

    with serving(Odd()) as running:
        report = load_source(web.model_copy(update={"web_source_url": running.address}), "reviews")

    assert (report.rows_read, report.rows_landed, report.rows_quarantined) == (3, 2, 1)
    assert report.entities[0].new_columns == ("likes",)
    assert warehouse.rows("select _extra from raw_reviews.reviews order by review_id") == [
        (None,),
        ({"likes": 7},),
    ]


def test_a_column_that_all_items_gained_is_landed_and_announced(web, server, warehouse):
    server.items = [make_review(number, mood="calm") for number in range(12)]

    report = load_source(web, "reviews")

    assert report.entities[0].new_columns == ("mood",)
    assert warehouse.value("select detail -> 'new_columns' from ops.loads") == ["mood"]
    assert warehouse.rows("select distinct _extra from raw_reviews.reviews") == [
        ({"mood": "calm"},)
    ]


@pytest.mark.parametrize(
    ("column", "spoil"),
    [
        ("author", lambda item: {k: v for k, v in item.items() if k != "author"}),
        ("updated_at", lambda item: {k: v for k, v in item.items() if k != "updated_at"}),
        ("rating", lambda item: item | {"rating": {"stars": item["rating"]}}),
        ("posted_at", lambda item: item | {"posted_at": 1_700_000_000}),
    ],
)
def test_a_column_that_is_gone_or_of_another_type_is_an_error_with_its_name(
    web, server, warehouse, column, spoil
):
    server.items = [make_review(number) for number in range(12)]
    load_source(web, "reviews")
    before = landed_reviews(warehouse), warehouse.value("select watermark from ops.watermarks")
    newer = {"text": "改过了", "updated_at": "2024-03-01T00:00:00+00:00"}
    kept = server.items
    server.items = [spoil(item | newer) for item in kept]
    # the planned server sorts by it
    if column == "updated_at":
        server.answer = lambda query: {"items": server.items, "next_cursor": None}

    with pytest.raises(SchemaChangedError) as caught:
        load_source(web, "reviews", full=True)

    assert (caught.value.column, caught.value.source) == (column, "reviews")
    assert f"{column!r}" in str(caught.value)
    # nothing was taken for a record, nothing was passed over
    after = landed_reviews(warehouse), warehouse.value("select watermark from ops.watermarks")
    assert after == before
    assert warehouse.quarantined() == []
    assert warehouse.value("select count(*) from ops.loads where status = 'failed'") == 1


def test_random_faults_never_lose_or_double_a_record(web, server, warehouse):
    """After the last clean run raw equals the source, whatever happened before."""
    chance = random.Random(20)
    faults = [500, 503, 410, "cut", "garbage", "repeat", (429, {"Retry-After": "0"}), None, None]
    server.items = [make_review(number) for number in range(30)]
    failures = 0
    for night in range(12):
        edited = chance.randrange(len(server.items))
        server.items[edited] = server.items[edited] | {
            "text": f"第{night}夜改过",
            "updated_at": f"2024-03-{night + 1:02d}T00:00:00+00:00",
        }
        server.items.append(
            make_review(100 + night, updated_at=f"2024-03-{night + 1:02d}T01:00:00+00:00")
        )
        server.faults = [chance.choice(faults) for _ in range(25)]
        try:
            load_source(web, "reviews")
        except SourceError:
            failures += 1
    server.faults = []

    load_source(web, "reviews")

    assert failures > 0
    assert landed_reviews(warehouse) == expected_reviews(server.items)
    assert (
        warehouse.value(
            "select count(*) from ops.loads where rows_read <> rows_landed + rows_quarantined"
        )
        == 0
    )
