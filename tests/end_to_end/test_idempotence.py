"""The same night once more, by `airflow dags test` or `voc run`: no figure moves."""

from __future__ import annotations

import subprocess
import sys
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
