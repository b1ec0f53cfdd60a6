"""A migrated database with its raw tables, and settings that point at sources of the test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingestion.landing import ensure_tables
from warehouse.postgres import connect
from warehouse.settings import Settings

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture
def settings(database: Settings) -> Iterator[Settings]:
    """Yield settings whose raw tables and ledger are empty."""
    ensure_tables(database)
    yield database
    with connect("voc_loader", database) as connection:
        tables = connection.execute(
            "select format('%I.%I', schemaname, tablename) from pg_tables "
            "where schemaname like 'raw\\_%' and schemaname not like '%\\_landing'"
        ).fetchall()
        for (table,) in tables:
            connection.execute(f"truncate {table}")
    with connect("voc_admin", database) as connection:
        connection.execute("truncate ops.loads, ops.quarantine, ops.watermarks")


class Warehouse:
    """Asks the database under test."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def rows(self, query: str, *arguments: Any) -> list[tuple[Any, ...]]:
        with connect("voc_loader", self.settings) as connection:
            return connection.execute(query, arguments or None).fetchall()

    def value(self, query: str, *arguments: Any) -> Any:
        return self.rows(query, *arguments)[0][0]

    def quarantined(self) -> list[tuple[str, str | None]]:
        """Return (reason_code, native_id) of every entry, oldest first."""
        return self.rows("select reason_code, native_id from ops.quarantine order by quarantine_id")


@pytest.fixture
def warehouse(settings: Settings) -> Warehouse:
    return Warehouse(settings)


@pytest.fixture
def impatient(settings: Settings, tmp_path: Path) -> Settings:
    """Return settings whose HTTP sources are asked again at once, and less often."""
    config = tmp_path / "impatient" / "config"
    shutil.copytree(settings.config_dir, config)
    content = yaml.safe_load((config / "sources.yml").read_text(encoding="utf-8"))
    for source in content["sources"].values():
        if "path" in source and source["connector"] != "files":
            source["retry"] = {"attempts": 5, "first_wait_seconds": 0.001}
            source["page_size"] = 2
    (config / "sources.yml").write_text(yaml.safe_dump(content, allow_unicode=True))
    return settings.model_copy(update={"root": config.parent})


@pytest.fixture
def hasty(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return settings whose sources of files are read without waiting for files to settle."""
    config = tmp_path_factory.mktemp("hasty") / "config"
    shutil.copytree(settings.config_dir, config)
    content = yaml.safe_load((config / "sources.yml").read_text(encoding="utf-8"))
    content["sources"]["calls"]["settle_seconds"] = 0
    (config / "sources.yml").write_text(yaml.safe_dump(content, allow_unicode=True))
    return settings.model_copy(update={"root": config.parent})
