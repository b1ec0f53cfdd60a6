"""Small, whole worlds in front of each gate: every check passes until a test breaks one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from warehouse import ledger
from warehouse.postgres import connect
from warehouse.settings import Settings

SQL = Path(__file__).parent / "sql"
ROLES = {
    "landing": ("voc_loader",),
    "labels": ("voc_stager", "voc_modeler", "voc_nlp"),
    "marts": ("voc_modeler",),
}


def _lay_out(settings: Settings, gate: str) -> None:
    for role in ROLES[gate]:
        with connect(role, settings) as connection:
            connection.execute((SQL / f"{gate}_{role}.sql").read_text("utf-8"))


def _clear(settings: Settings) -> None:
    with connect("voc_admin", settings) as connection:
        for schema, table in connection.execute(
            "select schemaname, tablename from pg_tables where schemaname like 'raw\\_%' "
            "or schemaname in "
            "('intermediate', 'reference', 'core', 'marts_build', 'marts', 'marts_previous')"
        ).fetchall():
            connection.execute(f'drop table "{schema}"."{table}" cascade')
        connection.execute(
            "truncate nlp.documents, nlp.opinion_units, nlp.text_signatures, nlp.pipelines, "
            "ops.loads, ops.gate_results, ops.runs, ops.quarantine"
        )


RecordLoad = Callable[..., None]


@pytest.fixture
def record_load(database: Settings) -> RecordLoad:
    """Record one finished load of an entity, given its counts."""

    def record(source: str, entity: str, *, read: int, landed: int, quarantined: int = 0) -> None:
        load_id = f"{source}.{entity}.{read}.{landed}"
        ledger.start_load(database, load_id, source, entity)
        ledger.finish_load(
            database,
            load_id,
            status="success",
            rows_read=read,
            rows_landed=landed,
            rows_quarantined=quarantined,
        )
        with connect("voc_loader", database) as connection:
            connection.execute(
                "insert into ops.quarantine (source_slug, entity, reason_code, reason, "
                "raw_payload, load_id, fingerprint) select %s, %s, 'out_of_range', 'too high', "
                "'{}', %s, %s || number from generate_series(1, %s) as number",
                (source, entity, load_id, load_id, quarantined),
            )

    return record


@pytest.fixture
def landing(database: Settings, record_load: RecordLoad) -> Iterator[Settings]:
    """Raw tables of every source, each with a load that adds up."""
    _lay_out(database, "landing")
    for source, entity, rows in (
        ("crm", "customers", 2),
        ("crm", "stores", 1),
        ("crm", "agents", 1),
        ("crm", "products", 1),
        ("crm", "orders", 2),
        ("crm", "customer_notes", 1),
        ("calls", "calls", 1),
        ("reviews", "reviews", 2),
        ("surveys", "responses", 2),
        ("surveys", "invitations", 2),
        ("app_reviews", "feedback", 1),
    ):
        record_load(source, entity, read=rows, landed=rows)
    yield database
    _clear(database)


@pytest.fixture
def labels(database: Settings) -> Iterator[Settings]:
    """The contract, its vocabularies, and labels of an old and of the current pipeline."""
    _lay_out(database, "labels")
    yield database
    _clear(database)


@pytest.fixture
def marts(database: Settings) -> Iterator[Settings]:
    """Core facts and the marts built from them."""
    _lay_out(database, "marts")
    yield database
    _clear(database)
