"""Asking again: silence, damaged bodies, distance between requests."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest

from ingestion.errors import SourceError
from ingestion.source_models import RetryConfig
from ingestion.sources.patient_http import PatientClient, read_json
from tests.ingestion.scripted_server import Answer, Asked, ScriptedServer, running


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with running(ScriptedServer(lambda asked: Answer('{"fine": true}'))) as started:
        yield started


def make_client(server: ScriptedServer, waits: list[float], **options: float) -> PatientClient:
    http = httpx.Client(base_url=server.address, timeout=0.2)
    retry = RetryConfig(attempts=3, first_wait_seconds=0.01)
    return PatientClient("site", http, retry, sleep=waits.append, **options)


def test_a_server_that_says_nothing_is_asked_again(server):
    answers = iter([0.6, 0.0])

    def respond(asked: Asked) -> Answer:
        time.sleep(next(answers))
        return Answer('{"fine": true}')

    server.respond = respond
    waits: list[float] = []

    assert make_client(server, waits).get("/x", read_json) == {"fine": True}
    assert waits == [0.01]


def test_a_server_that_stays_silent_is_given_up_without_showing_the_query(server):
    server.respond = lambda asked: time.sleep(0.6) or Answer()  # type: ignore[func-returns-value]

    with pytest.raises(SourceError, match=r"GET /x: the connection failed \(ReadTimeout\)") as told:
        make_client(server, []).get("/x?key=secret", read_json)

    assert "secret" not in str(told.value)


def test_a_body_that_is_damaged_is_asked_for_again(server):
    server.faults = [Answer("not gzip", headers={"Content-Encoding": "gzip"})]

    assert make_client(server, []).get("/x", read_json) == {"fine": True}


def test_requests_keep_their_distance(server):
    waits: list[float] = []
    client = make_client(server, waits, seconds_between=5)

    for _ in range(3):
        client.get("/x", read_json)

    assert len(waits) == 2
    assert all(0 < wait <= 5 for wait in waits)
    # keeping one's distance uses up no patience
    assert client.waited_seconds == 0
