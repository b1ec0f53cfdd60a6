"""A small customer base with known persons."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ingestion import raw_tables
from warehouse.postgres import connect, copy_rows
from warehouse.settings import Settings

Row = tuple[str, str | None, str | None, int | None, str | None, str | None, str | None, str]
COLUMNS = [
    "customer_id",
    "full_name",
    "gender",
    "birth_year",
    "city",
    "phone_hash",
    "email_hash",
    "registered_at",
]
LANDED = ["updated_at", "_loaded_at", "_load_id"]


def land(settings: Settings, rows: list[Row]) -> None:
    """Put customers into the raw table, as the loader does."""
    moment = "2026-03-01 02:00:00+08"
    with connect("voc_loader", settings) as connection:
        copy_rows(
            connection,
            "raw_crm.customers",
            COLUMNS + LANDED,
            [(*row, moment, moment, "load-1") for row in rows],
        )


@pytest.fixture
def landed(database: Settings, tmp_path, monkeypatch) -> Iterator[Settings]:
    """Yield settings of a database with empty landing and identity tables, and no exceptions."""
    from identity import resolve

    raw_tables.ensure_tables(database)
    with connect("voc_admin", database) as connection:
        connection.execute(
            "truncate raw_crm.customers, identity.memberships, identity.links, identity.runs"
        )
    monkeypatch.setattr(
        resolve, "exceptions_path", lambda settings: tmp_path / "identity_exceptions.yml"
    )
    yield database
