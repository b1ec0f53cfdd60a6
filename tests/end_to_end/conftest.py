"""One demo run, shared by all end-to-end tests: real PostgreSQL, Airflow, dbt, GX, spaCy, Superset.

The demo runs as a user would run it, in a state folder of its own, and is removed at the end.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from warehouse.settings import Settings

ROOT = Path(__file__).resolve().parent.parent.parent
VOC = Path(sys.executable).with_name("voc")
# small enough for a test machine, large enough that every dashboard has something to show
DEMO_ARGUMENTS = ["--feedback", "4000", "--years", "2", "--seed", "7"]
# no command takes a quarter of this; one that does hangs, and must not hold up the suite
COMMAND_SECONDS = 900


DATA_SCHEMAS = ["raw_crm", "raw_calls", "raw_reviews", "raw_surveys", "raw_files", "nlp"]
DATA_SCHEMAS += ["reference", "identity", "intermediate", "core", "stats", "marts"]
# how far the models have taken their inputs, and what the last build touched: no figures
BOOKKEEPING = {"core.fact_change", "core.model_progress", "core.taken_stamp"}
CLOCK_COLUMNS = {"annotated_at", "first_used_at", "computed_at", "_loaded_at", "loaded_at"}


def fingerprint(connection: psycopg.Connection[Any], schema: str, table: str) -> tuple[int, str]:
    """Return the number of rows of a table and a hash over them."""
    columns = connection.execute(
        "select column_name from information_schema.columns "
        "where table_schema = %s and table_name = %s order by ordinal_position",
        (schema, table),
    ).fetchall()
    kept = [
        name for (name,) in columns if name not in CLOCK_COLUMNS and not name.startswith("_dlt")
    ]
    row = connection.execute(
        sql.SQL(
            "select count(*), coalesce(md5(string_agg(line, '' order by line)), '') "
            "from (select md5(row({})::text) as line from {}) as lines"
        ).format(sql.SQL(", ").join(map(sql.Identifier, kept)), sql.Identifier(schema, table))
    ).fetchone()
    assert row is not None
    return row[0], row[1]


@dataclass
class Installation:
    """The running demo: its settings, and its command line."""

    settings: Settings
    state: Path
    demo_output: str

    def voc(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `voc ...` as a user would."""
        outcome = subprocess.run(
            [VOC, *arguments],
            cwd=ROOT,
            env=os.environ | {"VOC_STATE_DIR": str(self.state)},
            capture_output=True,
            text=True,
            check=False,
            timeout=COMMAND_SECONDS,
        )
        if check:
            assert outcome.returncode == 0, outcome.stdout + outcome.stderr
        return outcome

    def query(self, statement: str, role: str = "voc_admin") -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with psycopg.connect(self.settings.database_url(role)) as connection:
            return connection.execute(statement).fetchall()  # type: ignore[arg-type]

    def fingerprints(self) -> dict[str, tuple[int, str]]:
        """Return table -> (rows, hash of all rows whatever their order) for every data schema.

        When a row was written is no figure, so the clock columns are left out.
        """
        with psycopg.connect(self.settings.database_url("voc_admin")) as connection:
            tables = connection.execute(
                "select schemaname, tablename from pg_tables where schemaname = any(%s) "
                "and tablename not like '\\_dlt%%' order by 1, 2",
                (DATA_SCHEMAS,),
            ).fetchall()
            return {
                f"{schema}.{table}": fingerprint(connection, schema, table)
                for schema, table in tables
                if f"{schema}.{table}" not in BOOKKEEPING
            }

    def status(self) -> dict[str, Any]:
        """Return `voc status --json`."""
        return json.loads(self.voc("status", "--json").stdout)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Run `voc demo`, keep it serving, remove it at the end.

    `VOC_E2E_STATE` names the state folder of a demo that serves already; it is used and kept.
    """
    if kept := os.environ.get("VOC_E2E_STATE"):
        os.environ["VOC_STATE_DIR"] = kept
        from warehouse.settings import load_settings

        yield Installation(load_settings(), Path(kept), "")
        return
    state = tmp_path_factory.mktemp("voc-demo")
    environment = os.environ | {"VOC_STATE_DIR": str(state)}
    environment.pop("VOC_PG_DATABASE", None)
    os.environ.pop("VOC_PG_DATABASE", None)
    os.environ["VOC_STATE_DIR"] = str(state)
    from warehouse.settings import load_settings

    outcome = subprocess.run(
        [VOC, "demo", "--serve", *DEMO_ARGUMENTS],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=COMMAND_SECONDS,
    )
    try:
        assert outcome.returncode == 0, outcome.stdout[-8000:]
        installation = Installation(load_settings(), state, outcome.stdout)
        # at 02:00 in Shanghai, wherever the tests run, a night would come between
        installation.voc("airflow", "dags", "pause", "voc_nightly")
        yield installation
    finally:
        subprocess.run([VOC, "clean", "--yes"], cwd=ROOT, env=environment, check=False)
