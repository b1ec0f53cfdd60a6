"""A past night run again by Airflow's backfill: no figure moves.

The last of the end-to-end tests: the DAG goes on unpaused, and Airflow, which now knows a run of
it by schedule, makes up the last night as well.
"""

from __future__ import annotations

import time

import pytest

BACKFILLED_NIGHT = "2026-05-01"
BACKFILL_SECONDS = 1_400


def wait_for_backfill(demo) -> None:
    """Wait until the ledger has the backfilled night with its end."""
    deadline = time.monotonic() + BACKFILL_SECONDS
    while not demo.query(
        "select run_id from ops.runs where run_id like 'backfill%' and ended_at is not null"
    ):
        assert time.monotonic() < deadline, demo.query("select run_id, status from ops.runs")
        time.sleep(3)


@pytest.mark.slow
def test_a_backfill_of_a_past_night_changes_no_row_and_no_figure(demo):
    before = demo.fingerprints()
    dates = ["--from-date", "2026-05-01", "--to-date", "2026-05-02"]
    command = ["airflow", "backfill", "create", "--dag-id", "voc_nightly", *dates]
    command += ["--reprocess-behavior", "completed", "--max-active-runs", "1"]

    planned = demo.voc(*command, "--dry-run").stdout
    demo.voc("airflow", "dags", "unpause", "voc_nightly")
    demo.voc(*command)
    wait_for_backfill(demo)

    assert "2026-05-01 18:00:00" in planned
    nights = demo.query("select night::text, status from ops.runs where run_id like 'backfill%'")
    assert nights == [(BACKFILLED_NIGHT, "success")]
    assert demo.fingerprints() == before
