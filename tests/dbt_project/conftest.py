"""The project as dbt reads it, without a database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROJECT_DIR = Path(__file__).resolve().parents[2] / "dbt_project"


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the manifest of a fresh `dbt parse`."""
    target = tmp_path_factory.mktemp("dbt-target")
    environment = {name: value for name, value in os.environ.items() if name != "VOC_PACK"}
    environment |= {
        "DBT_PROFILES_DIR": str(PROJECT_DIR),
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(target / "logs"),
    }
    result = subprocess.run(
        [Path(sys.executable).with_name("dbt"), "parse", "--warn-error"],
        cwd=PROJECT_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout
    return json.loads((target / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every model of the project."""
    found = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    assert len(found) >= 40  # not vacuous
    return found
