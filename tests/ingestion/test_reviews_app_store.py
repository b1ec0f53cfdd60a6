"""Apple's feed of customer reviews, as a server on loopback gives it: laid out as Apple does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingestion.errors import SourceError
from ingestion.registry import load_source
from tests.ingestion.scripted_server import Answer, Asked, ScriptedServer, running
from tests.ingestion.source_settings import NO_WAITING, with_sources

FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def make_entry(number: int, **changes: Any) -> dict[str, Any]:
    moment = changes.pop("moment", FIRST + timedelta(hours=number))
    entry = {
        "author": {
            "uri": {"label": f"https://itunes.apple.com/cn/reviews/id{number}"},
            "name": {"label": f"用户{number}"},
            "label": "",
        },
        "updated": {"label": moment.isoformat()},
        "im:rating": {"label": str(number % 5 + 1)},
        "im:version": {"label": "3.4.3"},
        "id": {"label": str(9_000_000 + number)},
        "title": {"label": f"标题{number}"},
        "content": {"label": f"第{number}条评论", "attributes": {"type": "text"}},
        "link": {"attributes": {"rel": "related", "href": "https://itunes.apple.com/cn/review"}},
        "im:voteSum": {"label": "0"},
        "im:contentType": {"attributes": {"term": "Application", "label": "应用程序"}},
        "im:voteCount": {"label": "0"},
    }
    return entry | changes


APP_ITSELF = {
    "im:name": {"label": "示例商城"},
    "id": {"label": "https://apps.apple.com/cn/app/id111", "attributes": {"im:id": "111"}},
    "title": {"label": "示例商城"},
}


class Store(ScriptedServer):
    """Feeds by app, newest first, 50 a page, 10 pages: what Apple keeps to."""

    def __init__(self) -> None:
        self.entries: dict[str, list[Any]] = {"111": [], "222": []}
        super().__init__(self.answer_feed)

    def answer_feed(self, asked: Asked) -> Answer:
        parts = asked.path.split("/")
        page, app = (int(parts[4].removeprefix("page=")), parts[5].removeprefix("id="))
        if page > 10:
            return Answer("CustomerReviews RSS page depth is limited to 10", 400)
        if app not in self.entries:
            return Answer("not found", 404)
        shown = self.entries[app][(page - 1) * 50 : page * 50]
        feed: dict[str, Any] = {"author": {"name": {"label": "iTunes Store"}}}
        if page == 1 and shown:
            shown = [APP_ITSELF, *shown]
        if shown:
            feed["entry"] = shown[0] if len(shown) == 1 else shown
        return Answer(json.dumps({"feed": feed}, ensure_ascii=False))


@pytest.fixture
def store() -> Iterator[Store]:
    server = Store()
    with running(server):
        yield server


@pytest.fixture
def configured(settings, store, tmp_path):
    return with_sources(
        settings,
        tmp_path,
        app_store={
            "connector": "reviews_app_store",
            "base_url": store.address,
            "countries": ["cn"],
            "overlap_minutes": 0,
            "seconds_between_requests": 0,
            "retry": NO_WAITING,
            "outlets": {
                "111": {"subject": "us", "brand": "示例"},
                "222": {"subject": "rival_a"},
            },
        },
    )


def newest_first(*numbers: int) -> list[dict[str, Any]]:
    return [make_entry(number) for number in sorted(numbers, reverse=True)]


def test_reviews_of_all_pages_land_with_their_app(configured, store, warehouse):
    store.entries["111"] = newest_first(*range(120))
    store.entries["222"] = newest_first(*range(500, 503))

    report = load_source(configured, "app_store")

    assert (report.rows_read, report.rows_landed) == (123, 123)
    assert warehouse.rows(
        "select review_id, site, subject, brand, author, rating::int, rating_scale::int, title, "
        "text, posted_at, details ->> 'app_version', details ->> 'country' "
        "from raw_reviews.reviews where review_id = 'app_store:9000007'"
    ) == [
        (
            "app_store:9000007",
            "app_store",
            "us",
            "示例",
            "用户7",
            3,
            5,
            "标题7",
            "第7条评论",
            FIRST + timedelta(hours=7),
            "3.4.3",
            "cn",
        )
    ]
    assert warehouse.rows(
        "select subject, count(*) from raw_reviews.reviews group by subject order by subject"
    ) == [("rival_a", 3), ("us", 120)]
    assert warehouse.value("select distinct source_slug from ops.loads") == "app_store"


def test_ten_pages_are_all_that_there_is(configured, store, warehouse):
    store.entries["111"] = newest_first(*range(700))

    assert load_source(configured, "app_store").rows_landed == 500
    assert (
        sum(asked.path.endswith("id=111/sortby=mostrecent/json") for asked in store.requests) == 10
    )


def test_a_feed_of_one_review_is_that_review(configured, store, warehouse):
    store.entries["111"] = [make_entry(1)]

    assert load_source(configured, "app_store").rows_landed == 1


def test_the_same_feed_again_changes_nothing_and_an_edit_is_taken(configured, store, warehouse):
    store.entries["111"] = newest_first(1, 2, 3)
    load_source(configured, "app_store")
    again = load_source(configured, "app_store").entities[0]
    edited = make_entry(2, content={"label": "改过了"}, moment=FIRST + timedelta(days=2))
    store.entries["111"] = [edited, make_entry(3), make_entry(1)]

    load_source(configured, "app_store")

    assert (again.rows_written, again.rows_unchanged) == (0, 3)
    assert warehouse.rows("select text from raw_reviews.reviews order by review_id") == [
        ("第1条评论",),
        ("改过了",),
        ("第3条评论",),
    ]


def test_a_review_that_vanished_is_marked_and_comes_back(configured, store, warehouse):
    marked = "select review_id from raw_reviews.reviews where _deleted_at is not null order by 1"
    store.entries["111"] = newest_first(*range(10))
    load_source(configured, "app_store")
    store.entries["111"] = newest_first(0, 1, 2, 3, 5, 6, 7, 8, 9)

    report = load_source(configured, "app_store").entities[0]

    assert report.rows_deleted == 1
    assert warehouse.rows(marked) == [("app_store:9000004",)]

    store.entries["111"] = newest_first(*range(10))
    load_source(configured, "app_store")

    assert warehouse.rows(marked) == []


def test_what_the_feed_no_longer_reaches_is_not_taken_for_withdrawn(configured, store, warehouse):
    store.entries["111"] = newest_first(*range(500))
    load_source(configured, "app_store")
    store.entries["111"] = newest_first(*range(40, 540))

    report = load_source(configured, "app_store").entities[0]

    assert report.rows_deleted == 0
    assert warehouse.value("select count(*) from raw_reviews.reviews") == 540


def test_a_feed_that_is_empty_for_an_hour_marks_nothing_and_is_counted(
    configured, store, warehouse
):
    store.entries["111"] = newest_first(*range(20))
    load_source(configured, "app_store")
    store.entries["111"] = []

    load_source(configured, "app_store")

    assert (
        warehouse.value("select count(*) from raw_reviews.reviews where _deleted_at is not null")
        == 0
    )
    assert (
        warehouse.value(
            "select detail ->> 'missing_but_not_marked' from ops.loads "
            "order by started_at desc limit 1"
        )
        == "20"
    )


def test_many_that_vanish_at_once_are_marked_by_a_full_load_alone(configured, store, warehouse):
    store.entries["111"] = newest_first(*range(20))
    load_source(configured, "app_store")
    store.entries["111"] = newest_first(*range(10))

    doubted = load_source(configured, "app_store").entities[0]
    believed = load_source(configured, "app_store", full=True).entities[0]

    assert (doubted.rows_deleted, believed.rows_deleted) == (0, 10)


@pytest.mark.parametrize(
    "fault",
    [
        Answer("{}", 500),
        Answer("{}", 503, {"Retry-After": "0"}),
        Answer("{}", 429, {"Retry-After": "0"}),
        Answer('{"feed": {"entry": []}}', is_cut=True),
        Answer("<html>busy</html>"),
    ],
    ids=["500", "503", "429", "connection breaks", "no JSON"],
)
def test_a_passing_fault_loses_and_doubles_nothing(configured, store, warehouse, fault):
    store.entries["111"] = newest_first(*range(60))
    store.faults = [None, fault, fault]

    assert load_source(configured, "app_store").rows_landed == 60


def test_an_app_that_fails_is_named_and_the_others_land(configured, store, warehouse):
    del store.entries["111"]
    store.entries["222"] = newest_first(1, 2)

    with pytest.raises(SourceError, match=r"'app_store'.*page=1/id=111.*404.*check the app's id"):
        load_source(configured, "app_store")

    assert warehouse.value("select count(*) from raw_reviews.reviews") == 2


def test_a_feed_that_breaks_off_marks_nothing_as_withdrawn(configured, store, warehouse):
    store.entries["111"] = newest_first(*range(100))
    load_source(configured, "app_store")
    store.faults = [None, *[Answer("{}", 500)] * 3]

    with pytest.raises(SourceError, match="500"):
        load_source(configured, "app_store")

    assert (
        warehouse.value("select count(*) from raw_reviews.reviews where _deleted_at is not null")
        == 0
    )
    assert load_source(configured, "app_store").rows_landed == 100


def test_a_broken_entry_goes_to_quarantine_with_its_reason(configured, store, warehouse):
    entries = newest_first(1, 2, 3)
    entries[0] |= {"updated": {"label": "yesterday"}}
    entries[1] |= {"im:rating": {"label": "7"}}
    store.entries["111"] = [*entries, "oops"]

    report = load_source(configured, "app_store")

    assert (report.rows_landed, report.rows_quarantined) == (1, 3)
    assert sorted(warehouse.quarantined(), key=str) == [
        ("bad_date", "app_store:9000003"),
        ("out_of_range", "app_store:9000002"),
        ("wrong_type", None),
    ]


def test_a_feed_laid_out_anew_is_said(configured, store):
    store.respond = lambda asked: Answer('{"reviews": []}')

    with pytest.raises(SourceError, match=r'could not be read .*no "feed"'):
        load_source(configured, "app_store")


def test_a_field_that_vanishes_from_all_reviews_is_named(configured, store):
    entries = newest_first(*range(12))
    for entry in entries:
        del entry["updated"]
    store.entries["111"] = entries

    with pytest.raises(SourceError, match="posted_at"):
        load_source(configured, "app_store")


def test_a_window_lands_what_changed_within(configured, store, warehouse):
    store.entries["111"] = newest_first(*range(10))

    report = load_source(
        configured,
        "app_store",
        since=FIRST + timedelta(hours=3),
        until=FIRST + timedelta(hours=5),
    )

    assert report.rows_landed == 2
