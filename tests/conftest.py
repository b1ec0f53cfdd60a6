"""Fixtures shared by all tests: a real PostgreSQL per test process, a fresh database per module."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

# a busy machine is no fault of the code
hypothesis_settings.register_profile(
    "suite", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("suite")

PROJECT_ROOT = Path(__file__).resolve().parent.parent
# what takes minutes starts first, so that no process works alone at the end
LONGEST_FIRST = ("end_to_end", "history", "dbt_project", "ingestion/test_fault_runs.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest groups of tests first."""

    def rank(item: pytest.Item) -> int:
        place = item.path.relative_to(PROJECT_ROOT / "tests").as_posix()
        starts = (place.startswith(name) for name in LONGEST_FIRST)
        return next((number for number, found in enumerate(starts) if found), len(LONGEST_FIRST))

    # within the end-to-end tests, the one after which Airflow runs nights by itself comes last
    items.sort(key=lambda item: (rank(item), item.path.name == "test_backfill.py"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Let one process run a test file as a whole, and all end-to-end tests: they share a demo."""
    from xdist.scheduler import LoadScopeScheduling

    class LoadFileOrDemo(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            path = nodeid.partition("::")[0]
            return "tests/end_to_end" if path.startswith("tests/end_to_end/") else path

    return LoadFileOrDemo(config, log)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Start the embedded PostgreSQL with a state folder of its own; yield that folder."""
    from warehouse import credentials, local_postgres, ports
    from warehouse.settings import load_settings

    state = tmp_path_factory.mktemp("voc-state")
    before = os.environ.get("VOC_STATE_DIR")
    os.environ["VOC_STATE_DIR"] = str(state)
    credentials.ensure_credentials(state)
    port = ports.free_port(56000 + (os.getpid() % 4000))
    (state / "settings.json").write_text(json.dumps({"pg_port": port}))
    settings = load_settings()
    local_postgres.ensure_running(settings)
    try:
        yield state
    finally:
        local_postgres.remove(settings)
        if before is None:
            del os.environ["VOC_STATE_DIR"]
        else:
            os.environ["VOC_STATE_DIR"] = before


@pytest.fixture(scope="session")
def dbt_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where dbt keeps what it has parsed, a folder per target: parsed once a process."""
    return tmp_path_factory.mktemp("dbt-target")


@pytest.fixture(scope="module")
def database(postgres_server: Path) -> Iterator:
    """Yield `Settings` bound to a migrated, empty database of this test module."""
    from warehouse import migrate, roles
    from warehouse.settings import load_settings

    patch = pytest.MonkeyPatch()
    name = "voc_test"  # the same for every module: dbt parses all anew when it changes
    patch.setenv("VOC_STATE_DIR", str(postgres_server))
    patch.setenv("VOC_PG_DATABASE", name)
    settings = load_settings()
    url = settings.database_url("voc_admin", database="postgres")
    with psycopg.connect(url, autocommit=True) as connection:
        for leftover in (name, "crm_source"):
            connection.execute(f"drop database if exists {leftover} with (force)")
    roles.ensure_roles(settings)
    migrate.migrate(settings)
    try:
        yield settings
    finally:
        patch.undo()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"drop database if exists {name} with (force)")
