"""The real sources and dbt's contract, each read once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from superset_assets.contract import Contract, read_contract
from superset_assets.sources import Sources, read_sources

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="session")
def sources() -> Sources:
    return read_sources()


@pytest.fixture(scope="session")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    """The contract as dbt reads it now; parsing needs no database."""
    target = tmp_path_factory.mktemp("dbt-target")
    project = ROOT / "dbt_project"
    dbt = Path(sys.executable).with_name("dbt")
    places = {"DBT_TARGET_PATH": str(target), "DBT_LOG_PATH": str(target),
              "DBT_PROJECT_DIR": str(project), "DBT_PROFILES_DIR": str(project),
              "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}  # fmt: skip
    outcome = subprocess.run(
        [str(dbt), "--no-use-colors", "parse"],
        env=os.environ | places,
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stdout
    return read_contract(target / "manifest.json")
