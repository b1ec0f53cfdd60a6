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
    before = os.environ.get("VOC_STATE_DIR")
    with tempfile.TemporaryDirectory(prefix="voc-throughput-") as folder:
        os.environ["VOC_STATE_DIR"] = folder
        credentials.ensure_credentials(Path(folder))
        port = ports.free_port(57000)
        (Path(folder) / "settings.json").write_text(json.dumps({"pg_port": port}))
        settings = load_settings()
        local_postgres.ensure_running(settings)
        try:
            roles.ensure_roles(settings)
            migrate.migrate(settings)
            yield settings
        finally:
            local_postgres.remove(settings)
            if before is None:
                del os.environ["VOC_STATE_DIR"]
            else:
                os.environ["VOC_STATE_DIR"] = before
