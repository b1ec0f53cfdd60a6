"""JSON APIs that are not ours: other paths, names, pages, keys, all by configuration."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from ingestion.errors import SourceError
from ingestion.registry import load_source
from tests.ingestion.broken_server import TOKEN, PlannedServer, serving
from tests.ingestion.scripted_server import Answer, Asked, ScriptedServer, running
from tests.ingestion.source_settings import NO_WAITING, with_sources
from tests.ingestion.test_json_api_sources import make_response, make_review
from warehouse.settings import Settings

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
FIELDS = {
    "review_id": "id",
    "author": "user.nick",
    "rating": "score.stars",
    "title": {"path": "headline", "optional": True},
    "text": "body",
    "outlet_id": "shop.id",
    "posted_at": {"path": "created", "epoch": "milliseconds"},
    "updated_at": {"path": "changed", "formats": ["%Y/%m/%d %H:%M"]},
}


def make_item(number: int) -> dict[str, Any]:
    moment = FIRST + timedelta(hours=number)
    return {
        "id": number,
        "user": {"nick": f"用户{number}"},
        "score": {"stars": number % 5 + 1},
        "body": f"第{number}条",
        "shop": {"id": 4711},
        "created": int(moment.timestamp() * 1000),
        # the site's clock is Shanghai's
        "changed": (moment + timedelta(hours=8)).strftime("%Y/%m/%d %H:%M"),
    }


class Api(ScriptedServer):
    """Pages of two, in any of the ways in which APIs name the next one."""

    def __init__(self, paging: str) -> None:
        self.items: list[dict[str, Any]] = []
        self.paging = paging
        super().__init__(self.answer_page)

    def answer_page(self, asked: Asked) -> Answer:
        if asked.headers.get("X-Api-Key") != "secret-of-the-test":
            return Answer("{}", 401)
        mark = asked.query.get("next")
        start = (int(mark) - 1) * 2 if self.paging == "page" and mark else int(mark or 0)
        end = start + 2
        page: dict[str, Any] = {"data": {"list": self.items[start:end]}, "paging": {}}
        if end < len(self.items) and self.paging == "link":
            page["paging"]["next"] = f"{self.address}/api/list?next={end}"
        elif end < len(self.items) and self.paging == "cursor":
            page["paging"]["next"] = end
        return Answer(json.dumps(page))


Configure = Callable[..., tuple[Api, Settings]]


@pytest.fixture
def configure(settings, tmp_path, monkeypatch) -> Iterator[Configure]:
    servers = []

    def make(paging: str = "cursor", order: str = "none", **items: Any) -> tuple[Api, Settings]:
        context = running(Api(paging))
        servers.append(context)
        api = context.__enter__()
        monkeypatch.setenv("VOC_CITYSITE_URL", api.address)
        monkeypatch.setenv("VOC_CITYSITE_TOKEN", "secret-of-the-test")
        configured = with_sources(
            settings,
            tmp_path,
            city_site={
                "connector": "reviews_json_api",
                "connection": "citysite",
                "path": "/api/list",
                "page_size": 2,
                "overlap_minutes": 0,
                "retry": NO_WAITING,
                "protocol": {
                    "paging": paging,
                    "order": order,
                    "items_path": "data.list",
                    "next_path": "paging.next",
                    "cursor_parameter": "next",
                    "since_parameter": None,
                    "parameters": {"lang": "zh"},
                    "auth_header": "X-Api-Key",
                    "auth_scheme": "",
                },
                "items": {
                    "fields": FIELDS,
                    "constants": {"site": "city_site", "rating_scale": 5},
                    "id_prefix": "city_site",
                    **items,
                },
                "outlets": {"4711": {"store_id": "S7", "city": "成都"}},
            },
        )
        return api, configured

    yield make
    for context in servers:
        context.__exit__(None, None, None)


@pytest.mark.parametrize("paging", ["cursor", "link", "page", "offset"])
def test_every_way_of_paging_reaches_the_end(configure, warehouse, paging):
    api, settings = configure(paging)
    api.items = [make_item(number) for number in range(7)]

    report = load_source(settings, "city_site")

    assert report.rows_landed == 7
    assert warehouse.rows(
        "select review_id, site, outlet_id, city, author, rating::int, text, title, posted_at, "
        "updated_at from raw_reviews.reviews where review_id = 'city_site:3'"
    ) == [
        (
            "city_site:3",
            "city_site",
            "S7",
            "成都",
            "用户3",
            4,
            "第3条",
            None,
            FIRST + timedelta(hours=3),
            FIRST + timedelta(hours=3),
        )
    ]
    assert api.requests[0].query == {"lang": "zh", "limit": "2"} | (
        {"next": {"page": "1", "offset": "0"}[paging]} if paging in ("page", "offset") else {}
    )


def test_newest_first_stops_at_what_was_read_before(configure, warehouse):
    api, settings = configure(order="newest_first")
    api.items = [make_item(number) for number in range(20, 0, -1)]
    load_source(settings, "city_site")
    api.requests.clear()
    api.items = [make_item(number) for number in range(21, 0, -1)]

    load_source(settings, "city_site")

    # the watermark stands on the second item of the first page, so the second page ends it
    assert len(api.requests) == 2
    assert warehouse.value("select count(*) from raw_reviews.reviews") == 21


def test_newest_first_that_fails_leaves_the_watermark_where_it_was(configure, warehouse):
    api, settings = configure(order="newest_first")
    api.items = [make_item(5)]
    load_source(settings, "city_site")
    before = warehouse.value("select watermark from ops.watermarks")
    api.items = [make_item(number) for number in range(12, 4, -1)]
    api.faults = [None, *[Answer("{}", 500)] * 3]

    with pytest.raises(SourceError):
        load_source(settings, "city_site")

    assert warehouse.value("select watermark from ops.watermarks") == before
    load_source(settings, "city_site")
    assert warehouse.value("select count(*) from raw_reviews.reviews") == 8


def test_a_link_to_another_server_is_not_followed(configure):
    api, settings = configure("link")
    page = {"data": {"list": []}, "paging": {"next": "http://192.0.2.1/api/list?next=2"}}
    api.faults = [Answer(json.dumps(page))]

    with pytest.raises(SourceError, match="another server"):
        load_source(settings, "city_site")


def test_a_wrong_key_is_said_without_showing_it(configure, monkeypatch):
    _, settings = configure()
    monkeypatch.setenv("VOC_CITYSITE_TOKEN", "wrong-secret")

    with pytest.raises(SourceError, match=r"'city_site'.*401") as caught:
        load_source(settings, "city_site")

    assert "wrong-secret" not in str(caught.value)


def test_a_mapped_key_that_vanished_is_named(configure):
    api, settings = configure()
    api.items = [make_item(number) for number in range(12)]
    for item in api.items:
        del item["body"]

    with pytest.raises(SourceError, match="'text'"):
        load_source(settings, "city_site")


def test_a_value_that_the_map_does_not_list_goes_to_quarantine(configure, warehouse):
    stars = {"path": "score.stars", "values": {"1": 1, "2": 2}}
    api, settings = configure(fields=FIELDS | {"rating": stars})
    api.items = [make_item(0), make_item(1), make_item(2)]

    load_source(settings, "city_site")

    assert warehouse.quarantined() == [("out_of_range", "2")]
    assert warehouse.value("select count(*) from raw_reviews.reviews") == 2


@pytest.fixture
def server() -> Iterator[PlannedServer]:
    with serving(PlannedServer()) as planned:
        yield planned


def test_an_item_that_says_deleted_marks_its_review(impatient, server, warehouse):
    web = impatient.model_copy(
        update={"web_source_url": server.address, "web_source_token": SecretStr(TOKEN)}
    )
    server.items = [make_review(1), make_review(2, deleted=False)]
    load_source(web, "reviews")
    server.items[0] = {
        "review_id": "R0001",
        "deleted": True,
        "updated_at": "2024-03-01T00:00:00+00:00",
    }

    report = load_source(web, "reviews").entities[0]

    assert report.rows_deleted == 1
    assert report.new_columns == ()
    assert warehouse.rows(
        "select review_id, _deleted_at is not null from raw_reviews.reviews order by 1"
    ) == [("R0001", True), ("R0002", False)]


def make_invitation(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "invitation_id": f"I{number}",
        "customer_id": "C1",
        "survey_slug": "post_purchase",
        "channel": "sms",
        "state": "completed",
        "sent_at": "2024-01-01T08:00:00+00:00",
        "delivered_at": "2024-01-01T08:00:05+00:00",
        "started_at": "2024-01-01T09:00:00+00:00",
        "completed_at": "2024-01-01T09:01:00+00:00",
        "suppressed_reason": None,
        "response_id": f"A{number}",
        "order_id": None,
        "store_id": None,
        "agent_id": None,
        "updated_at": f"2024-01-{number + 1:02d}T09:01:00+00:00",
        **changes,
    }


class SurveyTool(ScriptedServer):
    """Answers and invitations on two paths of one server."""

    def __init__(self) -> None:
        self.records: dict[str, list[dict[str, Any]]] = {}
        super().__init__(self.answer_page)

    def answer_page(self, asked: Asked) -> Answer:
        since = asked.query["updated_since"]
        found = [item for item in self.records[asked.path] if item["updated_at"] >= since]
        return Answer(json.dumps({"items": found, "next_cursor": None}))


@pytest.fixture
def survey_tool(settings, tmp_path, monkeypatch) -> Iterator[tuple[SurveyTool, Settings]]:
    with running(SurveyTool()) as tool:
        monkeypatch.setenv("VOC_TOOL_URL", tool.address)
        configured = with_sources(
            settings,
            tmp_path,
            tool={
                "connector": "surveys_json_api",
                "connection": "tool",
                "path": "/responses",
                "invitations_path": "/invitations",
                "overlap_minutes": 0,
                "retry": NO_WAITING,
                "quarantine_share_limit": 0.5,
            },
        )
        yield tool, configured


def test_answers_and_invitations_land_each_with_its_own_watermark(survey_tool, warehouse):
    tool, settings = survey_tool
    tool.records = {
        "/responses": [make_response(1)],
        "/invitations": [
            make_invitation(1),
            make_invitation(2, state="suppressed", suppressed_reason="asked_within_7_days"),
            make_invitation(3, state="lost"),
            make_invitation(4, completed_at="2023-12-31T00:00:00+00:00"),
        ],
    }

    report = load_source(settings, "tool")

    assert [(entity.entity, entity.rows_landed) for entity in report.entities] == [
        ("responses", 1),
        ("invitations", 2),
    ]
    assert warehouse.rows(
        "select invitation_id, state, response_id from raw_surveys.invitations order by 1"
    ) == [("I1", "completed", "A1"), ("I2", "suppressed", "A2")]
    assert warehouse.quarantined() == [("out_of_range", "I3"), ("bad_date", "I4")]
    assert warehouse.rows("select source_slug, entity from ops.watermarks order by entity") == [
        ("tool", "invitations"),
        ("tool", "responses"),
    ]


def test_an_invitation_is_kept_in_its_newest_state(survey_tool, warehouse):
    tool, settings = survey_tool
    sent = make_invitation(1, state="sent", completed_at=None, response_id=None)
    tool.records = {"/responses": [], "/invitations": [sent]}
    load_source(settings, "tool")
    tool.records["/invitations"] = [make_invitation(1, updated_at="2024-01-05T00:00:00+00:00")]

    load_source(settings, "tool")

    assert warehouse.rows("select state, response_id from raw_surveys.invitations") == [
        ("completed", "A1")
    ]


def test_invitations_that_fail_do_not_hold_up_the_answers(survey_tool, warehouse):
    tool, settings = survey_tool
    tool.records = {"/responses": [make_response(1)], "/invitations": [make_invitation(1)]}
    respond = tool.respond
    tool.respond = lambda asked: (
        Answer("{}", 500) if asked.path == "/invitations" else respond(asked)
    )

    with pytest.raises(SourceError, match=r"GET /invitations.*500"):
        load_source(settings, "tool")

    assert warehouse.value("select count(*) from raw_surveys.responses") == 1
