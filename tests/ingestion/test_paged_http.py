"""The paged client against a server that really misbehaves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import pytest

from ingestion.errors import SourceError
from ingestion.sources.paged_http import PagedClient, make_client, read_retry_after
from ingestion.web_source_config import ReviewsConfig
from tests.ingestion.broken_server import TOKEN, PlannedServer, serving

ITEMS = [{"review_id": f"r{n}", "updated_at": f"2024-01-0{n}T00:00:00+00:00"} for n in range(1, 8)]


def make_config(**retry: Any) -> ReviewsConfig:
    return ReviewsConfig.model_validate(
        {
            "name": {"zh": "点评", "en": "Reviews"},
            "connector": "reviews_json_api",
            "connection": "web",
            "path": "/v1/reviews",
            "quarantine_share_limit": 0.1,
            "overlap_minutes": 0,
            "timeout_seconds": 2,
            "retry": {"attempts": 4, **retry},
        }
    )


@pytest.fixture
def server() -> Iterator[PlannedServer]:
    with serving(PlannedServer(items=list(ITEMS))) as running:
        yield running


class Reader:
    """Reads everything and remembers the waits instead of waiting."""

    def __init__(self, server: PlannedServer, token: str = TOKEN, **retry: Any) -> None:
        self.waits: list[float] = []
        self.items: list[dict[str, Any]] = []
        self._config = make_config(**retry)
        self._server = server
        self._token = token

    def read(self, since: datetime | None = None) -> list[str]:
        with make_client(self._config, self._server.address, self._token) as client:
            pages = PagedClient("reviews", self._config, client, sleep=self.waits.append)
            for item in pages.iter_items(since):
                self.items.append(item)
        return [item["review_id"] for item in self.items]


ALL = [item["review_id"] for item in ITEMS]


def test_pages_are_followed_to_the_end(server):
    reader = Reader(server)

    assert reader.read() == ALL
    assert [request.get("cursor") for request in server.requests] == [None, "2", "4", "6"]
    assert {request["limit"] for request in server.requests} == {"200"}


def test_only_what_changed_since_is_asked_for(server):
    assert Reader(server).read(datetime(2024, 1, 6, tzinfo=UTC)) == ["r6", "r7"]


@pytest.mark.parametrize(
    "fault",
    [500, 502, 503, 504, 408, "cut", "garbage", (429, {"Retry-After": "7"})],
    ids=str,
)
def test_a_passing_fault_loses_and_doubles_nothing(server, fault):
    server.faults = [None, fault, fault]
    reader = Reader(server)

    assert reader.read() == ALL
    assert len(reader.waits) == 2


def test_retry_after_is_honoured(server):
    server.faults = [(429, {"Retry-After": "7"}), (503, {"Retry-After": "11"}), 500]
    reader = Reader(server, first_wait_seconds=1)

    reader.read()

    assert reader.waits == [7, 11, 4]


def test_a_server_that_stays_broken_is_given_up_with_a_next_step(server):
    server.always = 500
    reader = Reader(server)

    with pytest.raises(SourceError) as caught:
        reader.read()

    assert len(server.requests) == 4
    message = str(caught.value)
    assert "'reviews'" in message
    assert "GET /v1/reviews" in message
    assert "500" in message
    assert "Next step:" in message


def test_waiting_has_a_budget(server):
    server.always = (429, {"Retry-After": "40"})
    reader = Reader(server, budget_seconds=100)

    with pytest.raises(SourceError, match="beyond the 100 s"):
        reader.read()

    assert reader.waits == [40, 40]


def test_a_wrong_token_is_said_at_once(server):
    with pytest.raises(SourceError, match=r"401.*renew the token") as caught:
        Reader(server, token="wrong").read()

    assert len(server.requests) == 1
    assert "wrong" not in str(caught.value).replace("is wrong", "")


@pytest.mark.parametrize("status", [400, 404, 410])
def test_an_expired_cursor_goes_on_from_the_last_record(server, status):
    server.faults = [None, None, status]
    reader = Reader(server)

    assert list(dict.fromkeys(reader.read())) == ALL
    assert server.requests[3]["updated_since"] == "2024-01-04T00:00:00+00:00"
    assert "cursor" not in server.requests[3]


def test_cursors_that_keep_expiring_are_an_error(server):
    server.faults = [None, 410] * 5

    with pytest.raises(SourceError, match="keep expiring"):
        Reader(server).read()


def test_a_page_that_comes_twice_loses_nothing(server):
    server.faults = [None, "repeat"]

    assert list(dict.fromkeys(Reader(server).read())) == ALL


def test_a_page_that_comes_for_ever_is_an_error(server):
    server.faults = [None]
    server.always = "repeat"

    with pytest.raises(SourceError, match="same page"):
        Reader(server).read()

    assert len(server.requests) < 10


def test_an_answer_without_items_is_an_error(server):
    server.always = "no items"

    with pytest.raises(SourceError, match='no list "items"'):
        Reader(server).read()


def test_a_wrong_path_is_an_error(server):
    server.always = 404

    with pytest.raises(SourceError, match=r"404.*config/sources\.yml"):
        Reader(server).read()


def test_nobody_there_is_an_error():
    gone = PlannedServer(address="http://127.0.0.1:9")

    with pytest.raises(SourceError, match="connection failed"):
        Reader(gone).read()


@pytest.mark.parametrize(
    ("value", "expected"),
    [("3", 3.0), ("-1", 0.0), ("soon", None), (None, None)],
)
def test_retry_after_is_read(value, expected):
    import httpx

    headers = {} if value is None else {"Retry-After": value}

    assert read_retry_after(httpx.Response(429, headers=headers)) == expected


def test_retry_after_may_be_a_date():
    import httpx

    later = datetime.now(UTC).replace(microsecond=0).timestamp() + 30
    value = format_datetime(datetime.fromtimestamp(later, UTC), usegmt=True)

    waiting = read_retry_after(httpx.Response(429, headers={"Retry-After": value}))

    assert waiting is not None
    assert 25 < waiting <= 30
