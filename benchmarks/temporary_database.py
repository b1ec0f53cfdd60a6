"""A PostgreSQL of its own for the time of a measurement."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse import credentials, local_postgres, migrate, ports, roles
from warehouse.settings import Settings, load_settings


@contextmanager
def temporary_database() -> Iterator[Settings]:
    """A migrated database in a folder that goes afterwards; no other installation is touched."""
    with (
        tempfile.TemporaryDirectory(prefix="voc-throughput-") as folder,
        running_database(Path(folder)) as settings,
    ):
        try:
            yield settings
        finally:
            local_postgres.remove(settings)


@contextmanager
def running_database(folder: Path) -> Iterator[Settings]:
    """The migrated database of a state folder, made where there is none; it is left running."""
    before = os.environ.get("VOC_STATE_DIR")
    os.environ["VOC_STATE_DIR"] = str(folder)
    try:
        credentials.ensure_credentials(folder)
        recorded = folder / "settings.json"
        if not recorded.exists():
            recorded.write_text(json.dumps({"pg_port": ports.free_port(57000)}))
        settings = load_settings()
        local_postgres.ensure_running(settings)
        roles.ensure_roles(settings)
        migrate.migrate(settings)
        yield settings
    finally:
        if before is None:
            del os.environ["VOC_STATE_DIR"]
        else:
            os.environ["VOC_STATE_DIR"] = before
