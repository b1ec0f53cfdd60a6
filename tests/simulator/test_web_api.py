"""The API as a client meets it: a real server on loopback, real tokens, pages and failures."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from simulator.clock import set_clock
from simulator.plan import Plan
from simulator.web_api import BadRequest, FailurePlan, make_app, make_cursor, parse_cursor

Records = Callable[[str], list[dict]]
TOKEN = "a-token-of-this-test"


@pytest.fixture(scope="module")
def live_company(company: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the shared company's records and a clock of its own."""
    folder = tmp_path_factory.mktemp("live")
    (folder / "days").symlink_to(company / "days")
    (folder / "plan.json").symlink_to(company / "plan.json")
    return folder


@pytest.fixture(scope="module")
def base_url(live_company: Path) -> Iterator[str]:
    """Start the real server in a process of its own and yield its address."""
    token_file = live_company / "token"
    token_file.write_text(TOKEN + "\n")
    command = [sys.executable, "-m", "simulator.serve", "--dir", str(live_company)]
    command += ["--port", "0", "--token-file", str(token_file)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        ready = server.stdout.readline().split()
        assert ready[:1] == ["ready"], "the server ended before it was ready"
        yield ready[1]
    finally:
        server.terminate()
        server.wait(timeout=10)


@pytest.fixture
def client(base_url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=base_url, headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        yield client


def read_all(
    client: httpx.Client, path: str, since: datetime | None = None, limit: int = 20
) -> tuple[list[dict], Counter[int]]:
    """Return all items and how often each status came, trying failed requests again."""
    items: list[dict] = []
    statuses: Counter[int] = Counter()
    params: dict[str, str | int] = {"limit": limit}
    if since:
        params["updated_since"] = since.isoformat()
    while True:
        response = client.get(path, params=params)
        statuses[response.status_code] += 1
        if response.status_code == 429:
            assert int(response.headers["Retry-After"]) >= 1
        if response.status_code != 200:
            assert statuses.total() < 500
            continue
        page = response.json()
        items += page["items"]
        if page["next_cursor"] is None:
            return items, statuses
        params["cursor"] = page["next_cursor"]


def test_health_is_open_and_tells_the_clock(base_url: str, live_company: Path, plan: Plan):
    set_clock(live_company, plan.last_moment)

    answer = httpx.get(f"{base_url}/health").json()

    assert answer == {"status": "ok", "now": plan.last_moment.isoformat()}


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}], ids=["none", "wrong"])
def test_without_the_token_nothing_is_shown(base_url: str, header: dict):
    response = httpx.get(f"{base_url}/v1/reviews", headers=header)

    assert response.status_code == 401
    assert "items" not in response.json()


@pytest.mark.parametrize(
    ("path", "entity"),
    [
        ("/v1/reviews", "reviews"),
        ("/v1/survey-responses", "survey_responses"),
        ("/v1/survey-invitations", "survey_invitations"),
    ],
)
def test_pages_give_every_record_once_in_order(
    client: httpx.Client, live_company: Path, plan: Plan, records: Records, path: str, entity: str
):
    set_clock(live_company, plan.last_moment)

    items, statuses = read_all(client, path)

    assert items == records(entity)
    assert statuses[200] == -(-len(items) // 20)


def test_planned_failures_come_and_pass(client: httpx.Client, live_company: Path, plan: Plan):
    set_clock(live_company, plan.last_moment)

    _, statuses = read_all(client, "/v1/reviews", limit=3)

    assert statuses[429] > 0
    assert statuses[500] > 0
    assert statuses[503] > 0
    assert statuses[200] > 0.7 * statuses.total()


def test_only_changes_since_the_watermark_are_given(
    client: httpx.Client, live_company: Path, plan: Plan, records: Records
):
    set_clock(live_company, plan.last_moment)
    since = plan.last_moment - timedelta(days=20)

    items, _ = read_all(client, "/v1/reviews", since)

    expected = [one for one in records("reviews") if one["updated_at"] >= since.isoformat()]
    assert items == expected
    assert 0 < len(items) < len(records("reviews"))


def test_the_clock_shows_new_records_without_a_restart(
    client: httpx.Client, live_company: Path, plan: Plan
):
    set_clock(live_company, plan.last_moment - timedelta(days=30))
    before, _ = read_all(client, "/v1/reviews")
    set_clock(live_company, plan.last_moment)
    after, _ = read_all(client, "/v1/reviews")

    assert before == after[: len(before)]
    assert len(after) > len(before)
    newest_then = (plan.last_moment - timedelta(days=30)).isoformat()
    assert all(one["updated_at"] <= newest_then for one in before)


@pytest.mark.parametrize(
    "query",
    ["updated_since=yesterday", "updated_since=2026-01-01T00:00:00", "limit=0", "limit=x"],
)
def test_a_bad_parameter_is_named(client: httpx.Client, query: str):
    responses = [client.get(f"/v1/reviews?{query}") for _ in range(3)]

    refused = [one for one in responses if one.status_code == 400]
    assert refused
    assert query.split("=")[0] in refused[-1].json()["error"]


def test_a_foreign_cursor_is_refused():
    with pytest.raises(BadRequest, match="cursor"):
        parse_cursor("bm90IG91cnM=")


def test_a_cursor_comes_back_as_it_was_made():
    day = datetime(2026, 3, 4).date()

    assert parse_cursor(make_cursor(day, 1234)) == (day, 1234)


def test_failures_depend_on_the_seed_alone():
    requests = [f"/v1/reviews?cursor={number}" for number in range(400)]

    one = [FailurePlan(20).next_failure(request) for request in requests]
    two = [FailurePlan(20).next_failure(request) for request in requests]
    other = [FailurePlan(21).next_failure(request) for request in requests]

    assert one == two
    assert one != other
    assert {None, 429, 500, 503} == set(one)


def test_before_the_first_reveal_there_is_nothing(tmp_path: Path):
    from starlette.testclient import TestClient

    app = make_app(tmp_path, TOKEN, seed=1, failures=())
    answer = TestClient(app).get("/v1/reviews", headers={"Authorization": f"Bearer {TOKEN}"})

    assert answer.json() == {"items": [], "next_cursor": None}


def test_serving_without_a_token_file_is_refused(live_company: Path, tmp_path: Path):
    command = [sys.executable, "-m", "simulator.serve", "--dir", str(live_company)]
    command += ["--port", "0", "--token-file", str(tmp_path / "none")]

    ended = subprocess.run(command, capture_output=True, text=True, check=False)

    assert ended.returncode == 2
    assert "no bearer token" in ended.stderr
