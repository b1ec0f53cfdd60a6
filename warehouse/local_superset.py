"""Superset on this machine: its own Python environment, its environment variables, its process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from warehouse.dbt import manifest_path
from warehouse.processes import Process, ServiceError, inherited_environment
from warehouse.settings import Settings

DASHBOARDS = (
    "journey",
    "breakpoints",
    "nps",
    "trends",
    "priorities",
    "units",
    "benchmark",
    "data-health",
)


def python(settings: Settings) -> Path:
    """Return the interpreter of Superset's own environment (`VOC_SUPERSET_PYTHON` overrides)."""
    chosen = os.environ.get("VOC_SUPERSET_PYTHON")
    return Path(chosen) if chosen else settings.root / ".venv-superset" / "bin" / "python"


def base_url(settings: Settings) -> str:
    """Return where Superset answers."""
    return f"http://127.0.0.1:{settings.superset_port}"


def home(settings: Settings) -> Path:
    """Return the folder of Superset's caches and of the compiled bundle."""
    return settings.state_dir / "superset"


def environment(settings: Settings) -> dict[str, str]:
    """Return the environment of the server and of the programs in `superset_assets/`."""
    assets = settings.root / "superset_assets"
    meta = settings.database_url("superset", "postgresql+psycopg2", database="superset")
    return inherited_environment(
        FLASK_APP="superset",
        SUPERSET_CONFIG_PATH=str(assets / "superset_config.py"),
        SUPERSET_HOME=str(home(settings)),
        SUPERSET_CACHE_DIR=str(home(settings) / "cache"),
        SUPERSET_SECRET_KEY=settings.secret("superset_secret_key"),
        SUPERSET_META_URI=meta,
        SUPERSET_ADMIN_PASSWORD=settings.secret("superset_admin_password"),
        SUPERSET_VIEWER_PASSWORD=settings.secret("superset_viewer_password"),
        VOC_READER_URI=settings.database_url("voc_reader", "postgresql+psycopg2"),
    )


def process(settings: Settings) -> Process:
    """Return the server process."""
    port = str(settings.superset_port)
    superset = str(python(settings).with_name("superset"))
    command = [superset, "run", "-h", "127.0.0.1", "-p", port, "--with-threads"]
    return Process("superset", command, environment(settings), f"{base_url(settings)}/health")


def require_environment(settings: Settings) -> None:
    """Raise `ServiceError` when Superset's own environment has not been built."""
    if not python(settings).exists():
        raise ServiceError(
            f"Superset's environment is missing ({python(settings)}): run `make env`, "
            "or set VOC_SUPERSET_PYTHON to an interpreter that has it"
        )


def start_bootstrap(settings: Settings) -> subprocess.Popen[str]:
    """Compile the dashboards and start bringing Superset's metadata up to date with them.

    Runs beside other work; `finish_bootstrap` waits for it. Needs dbt's manifest.
    """
    require_environment(settings)
    assets = settings.root / "superset_assets"
    bundle = home(settings) / "bundle"
    home(settings).mkdir(parents=True, exist_ok=True)
    compiled = subprocess.run(
        [
            *(sys.executable, "-m", "superset_assets.build"),
            *("--out", str(bundle), "--manifest", str(manifest_path(settings))),
        ],
        cwd=settings.root,
        capture_output=True,
        text=True,
        check=False,
    )
    if compiled.returncode:
        raise ServiceError(f"the dashboards do not compile:\n{compiled.stdout}{compiled.stderr}")
    log = (settings.log_dir / "superset-bootstrap.log").open("w")
    return subprocess.Popen(
        [
            *(str(python(settings)), str(assets / "bootstrap.py")),
            *("--bundle", str(bundle), "--security", str(assets / "security.yaml")),
        ],
        cwd=settings.root,
        env=environment(settings),
        stdout=log,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish_bootstrap(settings: Settings, bootstrap: subprocess.Popen[str]) -> None:
    """Wait for `start_bootstrap`'s work; raise `ServiceError` with its log when it failed."""
    if bootstrap.wait():
        log = settings.log_dir / "superset-bootstrap.log"
        lines = log.read_text(errors="replace").splitlines()[-30:]
        raise ServiceError("Superset was not set up:\n" + "\n".join(lines) + f"\nLog: {log}")
