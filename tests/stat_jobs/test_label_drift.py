"""Label drift on a real database: the week that moved, quiet weeks, repeated runs, new versions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from stat_jobs import label_drift
from warehouse.cli.status import collect
from warehouse.postgres import connect, copy_rows
from warehouse.settings import Settings

NEWEST = date(2026, 3, 2)
CORE = """
create table core.fct_feedback (
    feedback_key text, occurred_date date, subject_slug text, is_relevant boolean,
    channel_slug text, language text, noise_reason text, dedup_weight double precision,
    pipeline_version text
);
create table core.fct_opinion_unit (
    feedback_key text, occurred_date date, subject_slug text, is_relevant boolean,
    sentiment_label text, sentiment_confidence double precision, touchpoint_slug text,
    topic_slug text, dedup_weight double precision
);
"""


@pytest.fixture
def company(database: Settings) -> Settings:
    """Forty weeks of 120 texts alike; in the newest, reviews lose their topic and confidence."""
    feedback: list[tuple[Any, ...]] = []
    units: list[tuple[Any, ...]] = []
    for week in range(40):
        monday = NEWEST - timedelta(weeks=39 - week)
        for number in range(120):
            key, day = f"{week}-{number}", monday + timedelta(days=number % 7)
            channel = "review" if number < 60 else "call"
            turn = number * 7 + week * 3
            is_broken = week == 39 and channel == "review"
            label = ("negative", "positive", "neutral", "negative")[turn % 4]
            confidence = 0.5 if is_broken else (0.55, 0.8, 0.95)[turn % 3]
            topic = None if is_broken or turn % 5 == 0 else "delivery_speed"
            feedback.append((key, day, "us", True, channel, "zh", None, 1.0, "voc-1"))
            units.append(
                (key, day, "us", True, label, confidence, ("delivery", None)[turn % 2], topic, 1.0)
            )
    with connect("voc_modeler", database) as connection:
        connection.execute("drop table if exists core.fct_feedback, core.fct_opinion_unit")
        connection.execute(CORE)
        for table, rows in (("fct_feedback", feedback), ("fct_opinion_unit", units)):
            names = connection.execute(
                "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0"
                " order by attnum",
                (f"core.{table}",),
            )
            copy_rows(connection, f"core.{table}", [name for (name,) in names], rows)
        connection.execute("grant select on all tables in schema core to voc_stats")
    with connect("voc_stats", database) as connection:
        connection.execute("drop table if exists stats.label_drift")
    return database


def read(settings: Settings) -> list[tuple[Any, ...]]:
    names = ", ".join(name for name, _ in label_drift.RESULT.columns)
    with connect("voc_stats", settings) as connection:
        return connection.execute(
            f"select {names} from stats.label_drift order by 1, 2, 3, 4"
        ).fetchall()


def test_the_labels_that_moved_are_named_with_week_and_channel(company):
    counts = label_drift.run(company)

    rows = read(company)
    moved = {(row[0], row[2], row[3]): row[-4:] for row in rows if row[-1] == "moved_strongly"}
    assert {key for key in moved if key[1] == "review"} == {
        (NEWEST, "review", "confidence"),
        (NEWEST, "review", "topic"),
    }
    assert {key[0] for key in moved} == {NEWEST}
    assert "call" not in {key[1] for key in moved}
    assert moved[NEWEST, "review", "topic"][0] == "none"
    assert moved[NEWEST, "review", "topic"][1] == pytest.approx(0.2, abs=0.02)
    assert moved[NEWEST, "review", "topic"][2] == 1
    assert counts["weeks"] == label_drift.FIRST_WEEKS
    assert counts["moved"] >= 2
    relevance = [row[-1] for row in rows if row[3] == "relevance"]
    assert set(relevance) == {"too_few"}  # always relevant: one value tells nothing


def test_a_judged_week_is_left_alone_and_a_repeated_one_gives_the_same(company):
    assert label_drift.run_if_due(company)["weeks"] == label_drift.FIRST_WEEKS
    first = read(company)

    assert label_drift.run_if_due(company) == {"weeks": 0, "rows": 0, "moved": 0}
    assert label_drift.run(company, NEWEST)["weeks"] == 1
    assert read(company) == first
    with pytest.raises(ValueError, match="no Monday"):
        label_drift.run(company, NEWEST + timedelta(days=1))


def test_a_new_version_of_the_labels_judges_the_past_anew(company):
    label_drift.run(company)
    with connect("voc_modeler", company) as connection:
        connection.execute("update core.fct_feedback set pipeline_version = 'voc-2'")

    assert label_drift.run_if_due(company)["weeks"] == label_drift.FIRST_WEEKS
    assert {row[4] for row in read(company)} == {"voc-2"}


def test_an_empty_company_has_no_drift(database: Settings):
    with connect("voc_modeler", database) as connection:
        connection.execute("drop table if exists core.fct_feedback, core.fct_opinion_unit")
        connection.execute(CORE)
        connection.execute("grant select on all tables in schema core to voc_stats")

    assert label_drift.run_if_due(database) == {"weeks": 0, "rows": 0, "moved": 0}


def test_status_names_what_moved(company):
    label_drift.run(company)

    moved = collect(company)["label_drift"]

    assert {(row["scope"], row["label"]) for row in moved} >= {
        ("review", "confidence"),
        ("review", "topic"),
    }
    assert {row["week"] for row in moved} == {NEWEST}
