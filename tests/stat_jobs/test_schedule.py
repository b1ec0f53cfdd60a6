"""When a weekly statistic is due: each reason by itself, on a real database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from stat_jobs import schedule
from warehouse.postgres import connect
from warehouse.settings import Settings


@pytest.fixture(autouse=True)
def large_warehouse(monkeypatch):
    """Sizes that rows written by hand can reach."""
    monkeypatch.setattr(schedule, "LARGE_FROM", 10)


@pytest.fixture
def connection(database: Settings) -> Iterator[psycopg.Connection[Any]]:
    """A statistic that ran on Saturday 2026-02-28, seen by the owner of everything; rolled back."""
    with connect("voc_admin", database) as opened:
        opened.execute("set local role voc_modeler")
        opened.execute(
            "create table core.fct_feedback "
            "(occurred_date date, subject_slug text, is_relevant boolean)"
        )
        opened.execute("reset role")
        for _ in range(200):
            say(opened, "2026-02-28")
        schedule.RESULT.create(opened)
        schedule.note_run(opened, "fit", schedule.read_ground(opened, "1"))
        yield opened
        opened.rollback()


def say(connection: psycopg.Connection[Any], day: str) -> None:
    connection.execute("insert into core.fct_feedback values (%s, 'us', true)", (day,))


def is_due(connection: psycopg.Connection[Any], version: str = "1", name: str = "fit") -> bool:
    return schedule.is_due(connection, name, schedule.read_ground(connection, version))


def test_the_same_week_and_method_stand(connection):
    say(connection, "2024-01-01")  # came late

    assert not is_due(connection)


@pytest.mark.parametrize("day", ["2026-03-02", "2026-03-01"], ids=["monday", "first of the month"])
def test_a_new_week_or_month_is_due(connection, day):
    say(connection, day)

    assert is_due(connection)


def test_an_import_is_due_though_its_week_has_been_judged(connection):
    for _ in range(3):
        say(connection, "2024-01-01")

    assert is_due(connection)


def test_in_a_small_warehouse_every_statistic_is_due_every_night(connection, monkeypatch):
    assert not is_due(connection)

    monkeypatch.setattr(schedule, "LARGE_FROM", 201)

    assert is_due(connection)


def test_another_method_pipeline_or_statistic_is_due(connection):
    assert is_due(connection, version="2")
    assert is_due(connection, name="another")

    connection.execute(
        "insert into nlp.pipelines (pipeline_version, pack_slug, is_current) "
        "values ('rules-9', 'retail', true)"
    )
    assert is_due(connection)


@pytest.mark.parametrize(("when", "expected"), [("1 hour", True), ("-1 hour", False)])
def test_facts_built_in_full_since_are_due(connection, when, expected):
    connection.execute(
        "create table core.model_progress (model_name text, input_slug text, "
        "taken_until timestamptz)"
    )
    connection.execute(
        "insert into core.model_progress values "
        "('fct_order', 'built_in_full', now() + %s::interval), ('fct_order', 'orders', 'infinity')",
        (when,),
    )

    assert is_due(connection) is expected


def test_without_any_feedback_it_stays_due(connection):
    connection.execute("truncate core.fct_feedback")

    schedule.note_run(connection, "fit", schedule.read_ground(connection, "1"))

    assert is_due(connection)
