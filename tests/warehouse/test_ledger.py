"""The ledger: runs that exclude each other, stages that say how they ended."""

from __future__ import annotations

from datetime import date

import pytest

from warehouse import ledger
from warehouse.postgres import connect

NIGHT = date(2026, 3, 1)


def query(settings, statement: str) -> list[tuple]:
    with connect("voc_modeler", settings) as connection:
        return connection.execute(statement).fetchall()


@pytest.fixture(autouse=True)
def empty_ledger(database):
    with connect("voc_admin", database) as connection:
        connection.execute("delete from ops.stage_runs; delete from ops.runs")


def test_a_second_run_is_refused_while_one_is_open(database):
    ledger.start_run(database, "first", "voc_nightly", NIGHT)

    with pytest.raises(ledger.RunInProgressError, match="the run first is open since"):
        ledger.start_run(database, "second", "voc_nightly", NIGHT)

    ledger.finish_run(database, "first", "success")
    ledger.start_run(database, "second", "voc_nightly", NIGHT)
    assert ledger.newest_run_id(database) == "second"


def test_a_run_that_is_started_again_is_reopened(database):
    ledger.start_run(database, "night", "voc_nightly", NIGHT)
    ledger.finish_run(database, "night", "failed", "the cause")

    ledger.start_run(database, "night", "voc_nightly", NIGHT)

    assert query(database, "select status, detail, ended_at from ops.runs") == [
        ("running", None, None)
    ]


def test_a_dead_run_is_taken_over_when_asked_and_by_itself_after_hours(database):
    ledger.start_run(database, "dead", "voc_nightly", NIGHT)
    ledger.start_run(database, "next", "voc_nightly", NIGHT, take_over=True)
    with connect("voc_admin", database) as connection:
        connection.execute(
            "update ops.runs set started_at = now() - interval '7 hours' where run_id = 'next'"
        )

    ledger.start_run(database, "third", "voc_nightly", NIGHT)

    assert query(database, "select run_id, status from ops.runs order by run_id") == [
        ("dead", "failed"),
        ("next", "failed"),
        ("third", "running"),
    ]


def test_a_stage_records_its_failure_and_its_second_try(database):
    with pytest.raises(ValueError), ledger.stage(database, "night", "core"):
        raise ValueError("the cause")
    assert query(database, "select status, detail from ops.stage_runs") == [
        ("failed", "ValueError: the cause")
    ]

    with ledger.stage(database, "night", "core"):
        pass

    assert query(database, "select status, detail, ended_at is null from ops.stage_runs") == [
        ("success", None, False)
    ]
