"""The DAG bag, read from absolute paths with a throwaway Airflow home."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
DAGS_DIR = ROOT / "dags"


@pytest.fixture(scope="session")
def dag_bag(tmp_path_factory: pytest.TempPathFactory):
    """Return every DAG of `dags/`, parsed by Airflow itself."""
    state = tmp_path_factory.mktemp("dag-state")
    if "airflow" in sys.modules:
        pytest.fail("Airflow was imported before its home was set: only dags/ may import it")
    os.environ |= {
        "VOC_STATE_DIR": str(state),
        "AIRFLOW_HOME": str(state / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS_DIR),
        "AIRFLOW__COSMOS__ENABLE_TELEMETRY": "False",
        "AIRFLOW__COSMOS__CACHE_DIR": str(state / "cosmos"),
    }
    sys.path.insert(0, str(ROOT))
    parse_dbt_project(state)
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(str(DAGS_DIR))


def parse_dbt_project(state: Path) -> None:
    """Write dbt's manifest, which the DAG is drawn from; needs no database."""
    from warehouse import credentials, dbt
    from warehouse.settings import load_settings

    credentials.ensure_credentials(state)
    dbt.parse(load_settings())
