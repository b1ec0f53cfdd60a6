"""The checks fail when a chart fails: against a Superset played by a few lines of HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from superset_assets import check_charts
from superset_assets.applied_assets import BundleError, connect_bundle, read_bundle
from superset_assets.render_check import judge_chart

GOOD = {"result": [{"status": "success", "error": None, "data": [{"nps": 1}] * 3}]}
CHARTS = {"result": [{"id": 1, "slice_name": "NPS", "form_data": {}}]}


class FakeSuperset(BaseHTTPRequestHandler):
    """Answers from `server.answers`: {path: (status, document)}."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        good = body["password"] == "right"
        self._answer(200 if good else 401, {"access_token": "token"} if good else {})

    def do_GET(self):
        is_known = self.headers["Authorization"] == "Bearer token"
        answers = self.server.answers
        self._answer(*(answers.get(self.path, (404, {})) if is_known else (401, {})))

    def _answer(self, status, document):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(document).encode())

    def log_message(self, *_):
        """Keep the test's output quiet."""


@pytest.fixture
def superset(monkeypatch) -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), FakeSuperset)
    server.answers = {
        "/api/v1/dashboard/nps/charts": (200, CHARTS),
        "/api/v1/chart/1/data/?force=true": (200, GOOD),
    }
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    monkeypatch.setenv("SUPERSET_PASSWORD", "right")
    yield server
    server.shutdown()
    server.server_close()


def run_check(server: ThreadingHTTPServer, *more: str) -> int:
    url = f"http://127.0.0.1:{server.server_port}"
    return check_charts.main(["--url", url, "--user", "viewer", "--dashboard", "nps", *more])


def test_charts_with_rows_pass(superset, capsys):
    assert run_check(superset, "--json") == 0

    document = json.loads(capsys.readouterr().out)
    assert document["user"] == "viewer"
    assert document["charts"][0]["row_count"] == 3


@pytest.mark.parametrize(
    ("path", "answer", "problem"),
    [
        ("/api/v1/chart/1/data/?force=true", (500, {}), "500 for"),
        (
            "/api/v1/chart/1/data/?force=true",
            (200, {"result": [{"status": "failed", "error": "no such column"}]}),
            "no such column",
        ),
        (
            "/api/v1/chart/1/data/?force=true",
            (200, {"result": [{"status": "success", "error": None, "data": []}]}),
            "no rows",
        ),
        (
            "/api/v1/chart/1/data/?force=true",
            (200, {"result": [{"status": "success", "error": None, "data": [{"nps": None}]}]}),
            "no rows",
        ),
        ("/api/v1/chart/1/data/?force=true", (200, {"result": []}), "no query was run"),
        ("/api/v1/dashboard/nps/charts", (404, {}), "404 for"),
        ("/api/v1/dashboard/nps/charts", (200, {"result": []}), "the dashboard has no charts"),
    ],
    ids=[
        "server error",
        "query error",
        "empty",
        "total over nothing",
        "no query",
        "no dashboard",
        "no charts",
    ],
)
def test_a_failing_chart_fails_the_check(superset, capsys, path, answer, problem):
    superset.answers[path] = answer

    assert run_check(superset) == 1
    assert problem in capsys.readouterr().err


def test_an_empty_chart_passes_where_emptiness_is_good_news(superset):
    form_data = {check_charts.MAY_BE_EMPTY: True}
    chart = {"id": 1, "slice_name": "Quarantine", "form_data": form_data}
    empty = {"result": [{"status": "success", "error": None, "data": []}]}
    superset.answers["/api/v1/dashboard/nps/charts"] = (200, {"result": [chart]})
    superset.answers["/api/v1/chart/1/data/?force=true"] = (200, empty)

    assert run_check(superset) == 0


def test_a_refused_login_fails_the_check(superset, monkeypatch, capsys):
    monkeypatch.setenv("SUPERSET_PASSWORD", "wrong")

    assert run_check(superset) == 1
    assert "401" in capsys.readouterr().err


def test_the_check_looks_for_every_dashboard_of_the_sources(sources):
    assert check_charts.list_slugs() == sorted(sources.dashboards)


def test_the_mark_of_charts_that_may_be_empty_is_the_one_that_the_bundle_writes():
    from superset_assets.bundle_charts import MAY_BE_EMPTY

    assert check_charts.MAY_BE_EMPTY == MAY_BE_EMPTY


@pytest.mark.parametrize(
    ("seen", "may_be_empty", "problem"),
    [
        ({"error": None, "is_empty": False, "ink": 900}, False, None),
        ({"error": "bad SQL", "is_empty": False, "ink": 900}, False, "shows an error: bad SQL"),
        ({"error": None, "is_empty": True, "ink": 0}, False, "shows no data"),
        ({"error": None, "is_empty": True, "ink": 0}, True, None),
        ({"error": None, "is_empty": False, "ink": 3}, True, "paints nothing (ink 3)"),
    ],
    ids=["fine", "error", "empty", "empty but allowed", "blank"],
)
def test_what_the_browser_shows_is_judged(seen, may_be_empty, problem):
    assert judge_chart("nps", {"title": "NPS", **seen}, may_be_empty).problem == problem


def test_the_bundle_is_pointed_at_the_warehouse_without_its_password():
    bundle = {"databases/voc.yaml": "database_name: voc\nsqlalchemy_uri: postgresql://x:y@h/d\n"}

    connected, passwords = connect_bundle(
        bundle, "postgresql+psycopg://voc_reader:s%2Fcret@127.0.0.1:5544/voc"
    )

    assert passwords == {"databases/voc.yaml": "s/cret"}
    assert "cret" not in connected["databases/voc.yaml"]
    assert (
        "postgresql+psycopg2://voc_reader:XXXXXXXXXX@127.0.0.1:5544/voc"
        in connected["databases/voc.yaml"]
    )


def test_a_reader_without_a_password_is_refused():
    with pytest.raises(BundleError, match="no password"):
        connect_bundle({}, "postgresql://voc_reader@127.0.0.1/voc")


def test_a_folder_without_a_bundle_is_refused(tmp_path):
    with pytest.raises(BundleError, match=r"run build\.py first"):
        read_bundle(tmp_path)
