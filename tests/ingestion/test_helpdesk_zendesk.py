"""Zendesk tickets over real HTTP into the real database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingestion.errors import SchemaChangedError, SourceError
from ingestion.registry import load_source
from ingestion.sources.rest_client import Pace
from tests.ingestion.api_server import Answer, serving
from tests.ingestion.zendesk_server import EXPORT, TOKEN, USER, ZendeskServer
from warehouse.settings import Settings

CUSTOMER, AGENT = 501, 901
START = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())


def ticket(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": number,
        "requester_id": CUSTOMER,
        "assignee_id": AGENT,
        "subject": f"第{number}单送货慢",
        "status": "open",
        "priority": "high",
        "via": {"channel": "email"},
        "custom_fields": [{"id": 360001, "value": f"O{number}"}],
        "satisfaction_rating": {"score": "unoffered"},
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
        "generated_timestamp": START + number * 86_400,
        **changes,
    }


def comment(number: int, author: int, text: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": number,
        "author_id": author,
        "plain_body": text,
        "public": True,
        "created_at": "2026-01-01T00:01:30Z",
        **changes,
    }


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ZendeskServer]:
    users = [
        {"id": CUSTOMER, "role": "end-user", "external_id": "C7"},
        {"id": AGENT, "role": "agent", "external_id": None},
    ]
    with serving(ZendeskServer(faulty=EXPORT, users=users)) as running:
        assert isinstance(running, ZendeskServer)
        monkeypatch.setenv("VOC_ZENDESK_URL", running.address)
        monkeypatch.setenv("VOC_ZENDESK_USER", USER)
        monkeypatch.setenv("VOC_ZENDESK_TOKEN", TOKEN)
        yield running


class Configured:
    """Settings with the source `helpdesk` switched on, in a hurry."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.config_dir = folder / "config"
        shutil.copytree(settings.config_dir, self.config_dir)
        self.settings = settings.model_copy(update={"root": folder})
        path = self.config_dir / "sources.yml"
        content = yaml.safe_load(path.read_text("utf-8"))
        content["sources"]["helpdesk"] |= {
            "enabled": True,
            "requests_per_minute": 1_000_000,
            "ticket_fields": {"order_id": 360001},
            "overlap_minutes": 60,
            "retry": {"attempts": 3, "first_wait_seconds": 0.001},
        }
        path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")

    def load(self, **options: Any) -> Any:
        return load_source(self.settings, "helpdesk", **options)


@pytest.fixture
def helpdesk(settings: Settings, tmp_path: Path, server: ZendeskServer) -> Configured:
    return Configured(settings, tmp_path)


def fill(server: ZendeskServer, *numbers: int) -> None:
    server.tickets = [ticket(number) for number in numbers]
    server.comments = {number: [comment(number, CUSTOMER, "还没到")] for number in numbers}


def landed(warehouse: Any) -> list[int]:
    return [
        int(native_id)
        for (native_id,) in warehouse.rows(
            "select ticket_id from raw_helpdesk.tickets where _deleted_at is null "
            "order by ticket_id::int"
        )
    ]


def test_a_ticket_lands_with_what_was_said_and_how_it_was_rated(helpdesk, server, warehouse):
    server.tickets = [
        ticket(1, satisfaction_rating={"score": "bad", "comment": "没人管"}),
    ]
    server.comments = {
        1: [
            comment(11, CUSTOMER, "三天没到"),
            comment(12, AGENT, "又是他", public=False),
            comment(13, AGENT, "马上查", created_at="2026-01-01T01:00:00Z"),
        ]
    }

    report = helpdesk.load()

    assert report.rows_landed == 1
    row = warehouse.rows(
        "select customer_id, requester_id, agent_id, order_id, channel, via_channel, "
        "csat_score::int, updated_at, turns from raw_helpdesk.tickets"
    )[0]
    assert row[:7] == ("C7", "501", "901", "O1", "email", "email", 1)
    assert row[7] == datetime(2026, 1, 2, tzinfo=UTC)
    assert [
        (turn["speaker"], turn["start_seconds"], turn["text"], turn["is_public"]) for turn in row[8]
    ] == [
        ("customer", 90, "三天没到", True),
        ("agent", 90, "又是他", False),
        ("agent", 3600, "马上查", True),
        ("customer", None, "没人管", True),
    ]


def test_the_export_is_followed_to_its_end_and_taken_up_later(helpdesk, server, warehouse):
    fill(server, *range(1, 8))
    helpdesk.load()
    assert landed(warehouse) == list(range(1, 8))
    server.requests.clear()
    server.tickets[0]["generated_timestamp"] = START + 30 * 86_400
    server.tickets[0]["status"] = "solved"

    helpdesk.load()

    # the newest ticket's day minus the overlap of an hour
    assert server.asked(EXPORT)[0].query["start_time"] == str(START + 7 * 86_400 - 3600)
    assert warehouse.rows("select ticket_id from raw_helpdesk.tickets where status = 'solved'") == [
        ("1",)
    ]


def test_deleted_tickets_are_marked_also_those_that_vanish_while_we_read(
    helpdesk, server, warehouse
):
    fill(server, 1, 2, 3)
    helpdesk.load()
    server.tickets[0] |= {"status": "deleted", "generated_timestamp": START + 20 * 86_400}
    server.tickets[1] |= {"generated_timestamp": START + 21 * 86_400}
    del server.comments[1], server.comments[2]

    helpdesk.load()

    assert landed(warehouse) == [3]
    assert warehouse.value("select count(*) from raw_helpdesk.tickets") == 3


@pytest.mark.parametrize(
    "fault",
    ["cut", "half", "garbage", Answer({}, 503), Answer({}, 429, {"Retry-After": "0"})],
    ids=["broken in mid-page", "half a page", "no JSON", "503", "429"],
)
def test_a_passing_fault_loses_and_doubles_nothing(helpdesk, server, warehouse, fault):
    fill(server, *range(1, 6))
    server.faults = [None, fault, None, fault]

    report = helpdesk.load()

    assert (report.rows_read, landed(warehouse)) == (5, [1, 2, 3, 4, 5])


def test_a_source_that_fails_midway_goes_on_from_there(helpdesk, server, warehouse):
    fill(server, *range(1, 7))
    server.faults = [None, None, *[Answer({}, 500)] * 3]

    with pytest.raises(SourceError, match="500"):
        helpdesk.load()

    assert landed(warehouse) == [1, 2, 3, 4]
    server.requests.clear()

    helpdesk.load()

    assert server.asked(EXPORT)[0].query["start_time"] == str(START + 4 * 86_400 - 3600)
    assert landed(warehouse) == [1, 2, 3, 4, 5, 6]


def test_an_expired_cursor_goes_on_from_the_last_ticket(helpdesk, server, warehouse):
    fill(server, *range(1, 7))
    server.faults = [None, Answer({"error": "InvalidValue"}, 400)]

    helpdesk.load()

    assert server.asked(EXPORT)[2].query["start_time"] == str(START + 2 * 86_400)
    assert landed(warehouse) == [1, 2, 3, 4, 5, 6]


def test_cursors_that_keep_expiring_are_an_error(helpdesk, server):
    fill(server, *range(1, 7))
    server.faults = [None, Answer({}, 400)] * 5

    with pytest.raises(SourceError, match="keep expiring"):
        helpdesk.load()


def test_a_page_that_comes_for_ever_is_an_error(helpdesk, server):
    fill(server, 1, 2, 3)
    stuck = {"tickets": [], "end_of_stream": False, "after_cursor": "same"}
    server.faults = [Answer(stuck)] * 5

    with pytest.raises(SourceError, match="same page"):
        helpdesk.load()


def test_the_export_never_starts_within_the_last_minute(helpdesk, server):
    helpdesk.load(since=datetime.now(UTC))

    assert int(server.asked(EXPORT)[0].query["start_time"]) <= datetime.now(UTC).timestamp() - 60


def test_a_window_ends_before_its_end(helpdesk, server, warehouse):
    fill(server, *range(1, 6))

    helpdesk.load(until=datetime(2026, 1, 4, tzinfo=UTC))

    assert landed(warehouse) == [1, 2]


def test_a_field_that_vanished_from_every_ticket_is_named(helpdesk, server):
    fill(server, *range(1, 13))
    for item in server.tickets:
        del item["priority"]

    with pytest.raises(SchemaChangedError, match="priority"):
        helpdesk.load()


def test_a_ticket_that_is_none_and_one_that_says_nothing_go_to_quarantine(
    helpdesk, server, warehouse
):
    fill(server, 1, 2)
    server.tickets[1]["subject"] = None
    server.comments[2] = [comment(2, CUSTOMER, " ")]
    server.faults = [
        Answer({"tickets": ["oops", *server.tickets], "end_of_stream": True, "users": []})
    ]

    report = helpdesk.load()

    assert (report.rows_read, report.rows_landed, report.rows_quarantined) == (3, 1, 2)
    assert warehouse.quarantined() == [("wrong_type", None), ("empty_feedback", "2")]


def test_an_oauth_token_serves_as_well(helpdesk, server, warehouse, monkeypatch):
    monkeypatch.delenv("VOC_ZENDESK_USER")
    fill(server, 1)

    helpdesk.load()

    assert server.requests[0].headers["Authorization"] == f"Bearer {TOKEN}"
    assert landed(warehouse) == [1]


def test_a_wrong_token_is_said_and_not_shown(helpdesk, server, monkeypatch):
    monkeypatch.setenv("VOC_ZENDESK_TOKEN", "wrong-and-secret")

    with pytest.raises(SourceError, match=r"401.*docs/sources\.md") as caught:
        helpdesk.load()

    assert "wrong-and-secret" not in str(caught.value)


def test_requests_keep_their_pace():
    now, waits = [100.0], []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    pace = Pace(0.3, sleep=sleep, clock=lambda: now[0])

    pace.keep()
    now[0] += 0.1
    pace.keep()
    now[0] += 5
    pace.keep()

    assert [round(wait, 3) for wait in waits] == [0.2]
