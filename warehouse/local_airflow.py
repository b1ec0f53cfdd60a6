"""Airflow on this machine: its environment, its processes, and a small client of its REST API."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from warehouse.credentials import write_private
from warehouse.dbt import connection_variables
from warehouse.processes import Process, ServiceError, inherited_environment
from warehouse.settings import Settings

ADMIN = "admin"


def home(settings: Settings) -> Path:
    """Return AIRFLOW_HOME of this installation."""
    return settings.state_dir / "airflow"


def base_url(settings: Settings) -> str:
    """Return where the Airflow UI answers."""
    return f"http://127.0.0.1:{settings.airflow_port}"


def environment(settings: Settings) -> dict[str, str]:
    """Return the environment of every Airflow process and of `airflow dags test`."""
    url = base_url(settings)
    database = settings.database_url("airflow", "postgresql+psycopg2", database="airflow")
    scripts = Path(sys.executable).parent
    return inherited_environment(
        **connection_variables(settings),
        PATH=f"{scripts}:{os.environ.get('PATH', '/usr/bin:/bin')}",
        PYTHONPATH=str(settings.root),
        VOC_STATE_DIR=str(settings.state_dir),
        AIRFLOW_HOME=str(home(settings)),
        AIRFLOW__CORE__DAGS_FOLDER=str(settings.root / "dags"),
        AIRFLOW__CORE__EXECUTOR="LocalExecutor",
        AIRFLOW__CORE__PARALLELISM="4",
        AIRFLOW__CORE__LOAD_EXAMPLES="False",
        AIRFLOW__CORE__FERNET_KEY=settings.secret("airflow_fernet_key"),
        AIRFLOW__CORE__EXECUTION_API_SERVER_URL=f"{url}/execution/",
        AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS=f"{ADMIN}:admin",
        AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE=str(home(settings) / "passwords.json"),
        AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=database,
        AIRFLOW__API__HOST="127.0.0.1",
        AIRFLOW__API__PORT=str(settings.airflow_port),
        AIRFLOW__API__BASE_URL=url,
        AIRFLOW__API__WORKERS="1",
        AIRFLOW__API_AUTH__JWT_SECRET=settings.secret("airflow_jwt_secret"),
        AIRFLOW__LOGGING__BASE_LOG_FOLDER=str(home(settings) / "logs"),
        AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL="30",
        AIRFLOW__COSMOS__ENABLE_TELEMETRY="False",
        AIRFLOW__COSMOS__CACHE_DIR=str(home(settings) / "cosmos"),
        # each task starts the same interpreter state; BLAS threads would fight over the cores
        OMP_NUM_THREADS="1",
    )


def processes(settings: Settings) -> list[Process]:
    """Return Airflow's long-running processes, in the order of their start."""
    variables = environment(settings)
    airflow = Path(sys.executable).with_name("airflow")
    health = f"{base_url(settings)}/api/v2/monitor/health"
    return [
        Process("airflow-api-server", [airflow, "api-server"], variables, health),
        Process("airflow-dag-processor", [airflow, "dag-processor"], variables),
        Process("airflow-scheduler", [airflow, "scheduler"], variables),
    ]


def prepare(settings: Settings) -> None:
    """Write the account file and bring the metadata database up to date; safe to repeat."""
    passwords = {ADMIN: settings.secret("airflow_admin_password")}
    write_private(home(settings) / "passwords.json", json.dumps(passwords))
    airflow = Path(sys.executable).with_name("airflow")
    outcome = subprocess.run(
        [airflow, "db", "migrate"],
        env=environment(settings),
        cwd=settings.root,
        capture_output=True,
        text=True,
        check=False,
    )
    if outcome.returncode:
        raise ServiceError(f"`airflow db migrate` failed:\n{outcome.stderr[-3000:]}")


def run_command(settings: Settings, arguments: Sequence[str]) -> int:
    """Run `airflow <arguments>` against this installation, on the caller's terminal.

    Returns its exit code.
    """
    airflow = Path(sys.executable).with_name("airflow")
    return subprocess.run(
        [airflow, *arguments], env=environment(settings), cwd=settings.root, check=False
    ).returncode


class AirflowClient:
    """The few calls of Airflow's REST API that the command line needs."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client = httpx.Client(base_url=base_url(settings), timeout=30)
        answer = self._client.post(
            "/auth/token",
            json={"username": ADMIN, "password": settings.secret("airflow_admin_password")},
        )
        answer.raise_for_status()
        self._client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def wait_for_dag(self, dag_id: str, seconds: int = 120) -> None:
        """Wait until a DAG has been read; raise `ServiceError` with its import error."""
        deadline = time.monotonic() + seconds
        while self._client.get(f"/api/v2/dags/{dag_id}").status_code != 200:
            if time.monotonic() > deadline:
                errors = self._client.get("/api/v2/importErrors").json().get("import_errors", [])
                causes = "\n".join(error["stack_trace"][-1500:] for error in errors)
                raise ServiceError(f"Airflow does not know the DAG {dag_id}. {causes}")
            time.sleep(0.5)

    def pause(self, dag_id: str, paused: bool = True) -> None:
        """Keep the scheduler away from a DAG, or let it back (`paused` false)."""
        self._client.patch(f"/api/v2/dags/{dag_id}", json={"is_paused": paused}).raise_for_status()

    def trigger(self, dag_id: str, run_id: str, conf: dict[str, Any]) -> None:
        """Unpause a DAG and start a run; one of that id that exists is cleared and re-run."""
        self.pause(dag_id, paused=False)
        answer = self._client.post(
            f"/api/v2/dags/{dag_id}/dagRuns",
            json={"dag_run_id": run_id, "logical_date": None, "conf": conf},
        )
        if answer.status_code == 409:
            answer = self._client.post(
                f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/clear",
                json={"dry_run": False, "only_failed": False},
            )
        if answer.is_error:
            raise ServiceError(f"Airflow refused to start {dag_id}: {answer.text[:500]}")

    def run_state(self, dag_id: str, run_id: str) -> str:
        """Return queued, running, success or failed."""
        answer = self._client.get(f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")
        answer.raise_for_status()
        return str(answer.json()["state"])

    def task_instances(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """Return every task instance of a run, with state, start and end."""
        instances: list[dict[str, Any]] = []
        while True:
            answer = self._client.get(
                f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances",
                params={"limit": 100, "offset": len(instances)},
            )
            answer.raise_for_status()
            page = answer.json()
            instances += page["task_instances"]
            if not page["task_instances"] or len(instances) >= page["total_entries"]:
                return instances

    def task_log_tail(self, dag_id: str, run_id: str, task: dict[str, Any]) -> str:
        """Return the last lines that a task instance wrote."""
        path = home(self._settings) / "logs" / f"dag_id={dag_id}" / f"run_id={run_id}"
        path /= f"task_id={task['task_id']}"
        if task["map_index"] >= 0:
            path /= f"map_index={task['map_index']}"
        files = sorted(path.glob("attempt=*.log"))
        if not files:
            return f"(no log under {path})"
        return f"{files[-1]}\n" + "\n".join(files[-1].read_text(errors="replace").splitlines()[-8:])
