"""The same night once more, by `airflow dags test`, `voc run` or a backfill: no figure moves."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.end_to_end.conftest import COMMAND_SECONDS
from warehouse import local_airflow

ROOT = Path(__file__).resolve().parent.parent.parent


def airflow_dags_test(demo) -> None:
    # Unpaused, the running scheduler would take tasks of the test's run as well, and the two wait
    # for each other now and then.
    airflow = local_airflow.AirflowClient(demo.settings)
    airflow.pause("voc_nightly")
    try:
        outcome = subprocess.run(
            [Path(sys.executable).with_name("airflow"), "dags", "test", "voc_nightly"],
            cwd=ROOT,
            env=local_airflow.environment(demo.settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=COMMAND_SECONDS,
        )
    finally:
        airflow.pause("voc_nightly", paused=False)
    assert outcome.returncode == 0, outcome.stdout[-6000:]


def airflow_backfill(demo, first: str, last: str) -> list[str]:
    """Run every night whose 02:00 lies within again, one after the other; return their states."""
    command = [Path(sys.executable).with_name("airflow"), "backfill", "create"]
    command += ["--dag-id", "voc_nightly", "--from-date", first, "--to-date", last]
    command += ["--max-active-runs", "1", "--reprocess-behavior", "completed"]
    airflow = local_airflow.AirflowClient(demo.settings)
    airflow.pause("voc_nightly", paused=False)
    outcome = subprocess.run(
        command,
        cwd=ROOT,
        env=local_airflow.environment(demo.settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=COMMAND_SECONDS,
    )
    assert outcome.returncode == 0, outcome.stdout[-6000:]
    deadline = time.monotonic() + COMMAND_SECONDS
    while True:
        runs = airflow.list_runs("voc_nightly", "backfill")
        states = [run["state"] for run in runs]
        if runs and set(states) <= {"success", "failed"}:
            return states
        assert time.monotonic() < deadline, f"the backfill has not ended: {states}"
        time.sleep(2)


@pytest.mark.slow
def test_a_second_run_of_the_night_changes_no_row_and_no_figure(demo):
    before = demo.fingerprints()
    assert before["core.fct_feedback"][0] > 0

    airflow_dags_test(demo)
    after_airflow = demo.fingerprints()
    demo.voc("run")
    after_command = demo.fingerprints()

    assert after_airflow == before
    assert after_command == before
    assert demo.status()["last_run"]["status"] == "success"


@pytest.mark.slow
def test_a_backfill_of_past_nights_changes_no_row_and_no_figure(demo):
    before = demo.fingerprints()

    states = airflow_backfill(demo, "2026-11-02T00:00:00+08:00", "2026-11-03T12:00:00+08:00")

    assert states == ["success", "success"]
    assert demo.fingerprints() == before


@pytest.mark.slow
def test_a_second_demo_reuses_what_is_there(demo):
    before = demo.fingerprints()

    outcome = demo.voc("demo", "--serve", "--feedback", "4000", "--years", "2", "--seed", "7")

    assert "simulate the company" not in outcome.stdout
    assert demo.fingerprints() == before


def test_another_company_is_not_loaded_over_this_one(demo):
    outcome = demo.voc("demo", "--feedback", "5000", check=False)

    assert outcome.returncode == 1
    assert "already holds a company" in outcome.stderr
    assert "voc clean" in outcome.stderr
