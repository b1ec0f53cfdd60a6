"""Secret files become the environment of a container's command, and nothing is made up."""

from __future__ import annotations

import importlib.util
import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

DOCKER = Path(__file__).resolve().parents[2] / "docker"
SHOW_ENVIRONMENT = [sys.executable, "-c", "import json, os; print(json.dumps(dict(os.environ)))"]
HOSTS = {
    "VOC_PG_HOST": "postgres",
    "VOC_PG_PORT": "5432",
    "VOC_REDIS_HOST": "redis",
    "SUPERSET_REDIS_HOST": "redis",
}


def make_secrets(folder: Path) -> str:
    outcome = subprocess.run(
        [DOCKER / "make_secrets", folder], check=True, capture_output=True, text=True
    )
    return outcome.stdout


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    make_secrets(tmp_path / "secrets")
    return tmp_path / "secrets"


def enter(program: str, secrets: Path, state: Path) -> dict[str, str]:
    """Run an entry point with a command that shows its environment."""
    variables = HOSTS | {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(DOCKER.parent),
        "VOC_SECRETS_DIR": str(secrets),
        "VOC_STATE_DIR": str(state),
    }
    outcome = subprocess.run(
        [sys.executable, DOCKER / program, *SHOW_ENVIRONMENT],
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr
    return json.loads(outcome.stdout)


def test_secrets_are_long_different_and_kept(tmp_path):
    folder = tmp_path / "secrets"
    make_secrets(folder)
    first = {path.name: path.read_text() for path in folder.iterdir()}
    make_secrets(folder)

    assert {path.name: path.read_text() for path in folder.iterdir()} == first
    generated = [value for value in first.values() if value]
    assert len(set(generated)) == len(generated)
    assert min(map(len, generated)) >= 42


def test_secrets_are_closed_by_their_folder_and_open_inside_containers(secrets):
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in secrets.iterdir()} == {0o444}


def test_secrets_of_others_are_asked_for(tmp_path):
    said = make_secrets(tmp_path / "secrets")

    assert "voc_crm_source_url" in said
    assert "voc_web_source_token" in said


def test_a_worker_reaches_database_queue_and_layers(secrets, tmp_path):
    environment = enter("enter_pipeline.py", secrets, tmp_path)
    password = (secrets / "voc_airflow_db_password").read_text()

    assert environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] == (
        f"postgresql+psycopg2://airflow:{password}@postgres:5432/airflow"
    )
    assert environment["AIRFLOW__CELERY__RESULT_BACKEND"] == (
        f"db+postgresql+psycopg2://airflow:{password}@postgres:5432/airflow"
    )
    assert environment["AIRFLOW__CELERY__BROKER_URL"].endswith("@redis:6379/0")
    assert environment["VOC_MODELER_PASSWORD"] == (secrets / "voc_modeler_password").read_text()


def test_a_container_without_layer_secrets_learns_none(secrets, tmp_path):
    for path in secrets.iterdir():
        if not path.name.startswith(("voc_airflow_", "voc_redis_")):
            path.unlink()

    environment = enter("enter_pipeline.py", secrets, tmp_path)

    assert not {name for name in environment if name.startswith("VOC_") and "PASSWORD" in name}


def test_a_missing_secret_is_named(secrets, tmp_path):
    (secrets / "voc_redis_password").unlink()

    with pytest.raises(AssertionError, match="voc_redis_password"):
        enter("enter_pipeline.py", secrets, tmp_path)


def test_superset_reaches_its_database_and_the_marts(secrets, tmp_path):
    environment = enter("enter_superset.py", secrets, tmp_path)
    reader = (secrets / "voc_reader_password").read_text()

    assert environment["VOC_READER_URI"] == (
        f"postgresql+psycopg2://voc_reader:{reader}@postgres:5432/voc"
    )
    assert environment["SUPERSET_META_URI"].endswith("@postgres:5432/superset")
    assert environment["SUPERSET_SECRET_KEY"] == (secrets / "voc_superset_secret_key").read_text()


@pytest.mark.parametrize("program", ["enter_pipeline.py", "enter_superset.py"])
def test_an_entry_point_without_a_command_says_how_it_is_used(program, tmp_path):
    outcome = subprocess.run(
        [sys.executable, DOCKER / program],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(DOCKER.parent)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert outcome.returncode == 1
    assert f"usage: {program}" in outcome.stderr


@pytest.fixture
def health_report() -> Iterator[str]:
    """Serve a health report in which one part is well and one is not."""

    class Report(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = {"scheduler": {"status": "healthy"}, "triggerer": {"status": "unhealthy"}}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *arguments: object) -> None:
            """Keep the test's output clean."""

    server = HTTPServer(("127.0.0.1", 0), Report)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/health"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("component", "code"),
    [(None, 0), ("scheduler", 0), ("triggerer", 1), ("dag_processor", 1)],
)
def test_health_is_that_of_the_named_component(health_report, component, code):
    spec = importlib.util.spec_from_file_location("check_health", DOCKER / "check_health.py")
    assert spec is not None
    assert spec.loader is not None
    check_health = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(check_health)

    arguments = [health_report, component] if component else [health_report]

    assert check_health.main(arguments) == code


def test_nobody_answering_is_unhealthy():
    outcome = subprocess.run(
        [sys.executable, DOCKER / "check_health.py", "http://127.0.0.1:9/health"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert outcome.returncode == 1
    assert "http://127.0.0.1:9/health" in outcome.stderr
