"""The local installation as a whole: state folder, ports, database, services in their order."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from warehouse import (
    local_airflow,
    local_postgres,
    local_superset,
    migrate,
    ports,
    processes,
    roles,
)
from warehouse.credentials import ensure_credentials
from warehouse.processes import Process, inherited_environment
from warehouse.settings import Settings, load_settings, state_dir_from_environment

PREFERRED_PORTS = {
    "pg_port": 55432,
    "superset_port": 8088,
    "airflow_port": 8080,
    "web_source_port": 8765,
}
WEB_SOURCE = "company-web-api"


def prepare_state() -> Settings:
    """Make the state folder, its secrets and its ports once; return the settings they give."""
    state = state_dir_from_environment()
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    ensure_credentials(state)
    path = state / "settings.json"
    known: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}
    ports.renew_claims(known.values(), path)
    for name, preferred in PREFERRED_PORTS.items():
        if name not in known:
            known[name] = ports.claim_port(preferred, path, taken=list(known.values()))
    path.write_text(json.dumps(known, indent=1))
    return load_settings()


def start_database(settings: Settings) -> bool:
    """Start PostgreSQL, create what is missing, migrate; return whether it had to be started."""
    was_started = local_postgres.ensure_running(settings)
    roles.ensure_roles(settings)
    migrate.migrate(settings)
    return was_started


def web_source(settings: Settings) -> Process:
    """Return the process that serves the simulated company's review site and survey tool."""
    token_file = settings.state_dir / "web_source_token"
    port = str(settings.web_source_port)
    command: Sequence[str | Path] = (
        *(sys.executable, "-m", "simulator.serve"),
        *("--dir", settings.company_dir, "--port", port, "--token-file", token_file),
    )
    health = f"http://127.0.0.1:{port}/health"
    return Process(WEB_SOURCE, command, inherited_environment(), health, start_seconds=30)


def local_processes(settings: Settings) -> list[Process]:
    """Return every background process of the installation but PostgreSQL, in starting order."""
    known = [web_source(settings), *local_airflow.processes(settings)]
    return [*known, local_superset.process(settings)]


def stop(settings: Settings) -> list[str]:
    """Stop all services, the database last; return the names of those that ran."""
    stopped = [
        process.name
        for process in reversed(local_processes(settings))
        if processes.stop(settings, process.name)
    ]
    server = local_postgres.locate(settings)
    if server.is_running():
        server.stop()
        stopped.append("postgresql")
    return stopped


def clean(settings: Settings) -> None:
    """Stop everything and delete the state: databases, logs, passwords, the simulated company."""
    stop(settings)
    local_postgres.remove(settings)
    ports.release_ports(settings.state_dir / "settings.json")
    shutil.rmtree(settings.state_dir, ignore_errors=True)
