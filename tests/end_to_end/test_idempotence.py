"""The last night again by `voc run`, a past one by Airflow's backfill: no figure moves."""

from __future__ import annotations

import time

import pytest

BACKFILLED_NIGHT = "2026-05-01"
BACKFILL_SECONDS = 1_400


def wait_for_runs(demo, condition: str, *, count: int) -> None:
    """Wait until so many runs of the ledger fit a condition in SQL."""
    deadline = time.monotonic() + BACKFILL_SECONDS
    query = f"select run_id, status, detail from ops.runs where {condition}"
    while len(found := demo.query(query)) != count:
        assert time.monotonic() < deadline, found
        time.sleep(3)


@pytest.mark.slow
def test_a_night_run_again_changes_no_row_and_no_figure(demo):
    wait_for_runs(demo, "status = 'running'", count=0)
    before = demo.fingerprints()
    assert before["core.fct_feedback"][0] > 0

    demo.voc("run")

    assert demo.fingerprints() == before
    assert demo.status()["last_run"]["status"] == "success"


@pytest.mark.slow
def test_a_backfill_of_a_past_night_changes_no_row_and_no_figure(demo):
    wait_for_runs(demo, "status = 'running'", count=0)
    before = demo.fingerprints()
    dates = ["--from-date", "2026-05-01", "--to-date", "2026-05-02"]
    command = ["airflow", "backfill", "create", "--dag-id", "voc_nightly", *dates]
    command += ["--reprocess-behavior", "completed", "--max-active-runs", "1"]

    planned = demo.voc(*command, "--dry-run").stdout
    demo.voc(*command)
    wait_for_runs(demo, "run_id like 'backfill%' and ended_at is not null", count=1)

    assert "2026-05-01 18:00:00" in planned
    nights = demo.query("select night::text, status from ops.runs where run_id like 'backfill%'")
    assert nights == [(BACKFILLED_NIGHT, "success")]
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
