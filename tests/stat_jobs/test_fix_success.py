"""How often fixes work: by hand, under no effect, and from a register on a real database."""

from __future__ import annotations

from datetime import date, timedelta

import numpy
import pytest

from stat_jobs.fix_success import FixSuccess, Trial, has_worked, judge, read_fix_success
from warehouse.postgres import connect, copy_rows
from warehouse.settings import Settings

START = date(2026, 1, 1)
TABLES = """
create table core.fct_feedback (
    feedback_key text, city text, occurred_date date, subject_slug text, is_relevant boolean
);
create table core.fct_opinion_unit (
    feedback_key text, topic_slug text, touchpoint_slug text, sentiment_label text,
    occurred_date date, subject_slug text, is_relevant boolean
);
create table core.fct_order (order_id text, ordered_date date);
create table core.fct_improvement (
    improvement_id text, topic_slug text, touchpoint_slug text, pilot_cities text[],
    started_date date, ended_date date
);
"""


@pytest.mark.parametrize(
    ("trial", "worked"),
    [
        (Trial(60, 30, 1000, 1000), True),
        (Trial(30, 25, 1000, 1000), False),
        # half the complaints, and half the orders
        (Trial(60, 30, 1000, 500), False),
        (Trial(0, 0, 1000, 1000), False),
    ],
)
def test_a_fix_worked_when_complaints_per_order_fell_beyond_chance(trial: Trial, worked: bool):
    assert has_worked(trial) is worked


def test_without_any_trial_the_prior_holds():
    assert judge([]).probability == pytest.approx(1 / 3)
    # ten complaints cannot show whether a fix works
    assert judge([Trial(10, 5, 1000, 1000)]) == FixSuccess()
    assert FixSuccess(judged=9, worked=9).probability == pytest.approx(10 / 12)


def test_useless_fixes_are_seldom_taken_for_good_ones():
    generator = numpy.random.default_rng(5)
    trials = [Trial(*generator.poisson(40, 2), 1000, 1000) for _ in range(400)]

    assert judge(trials).worked <= 16  # 2.5 % of 400, and what chance adds


@pytest.fixture(scope="module")
def company(database: Settings) -> Settings:
    """Sixty complaints about delivery per city before; behind, none in 成都, sixty in 重庆."""
    days_of = {"成都": [-20] * 60, "重庆": [-20] * 60 + [20] * 60}
    feedback, units, orders = [], [], []
    for city, offsets in days_of.items():
        for number, days in enumerate(offsets):
            day = START + timedelta(days=days)
            feedback.append((f"{city}-{number}", city, day, "us", True))
            units.append((f"{city}-{number}", None, "delivery", "negative", day, "us", True))
    for key, days in (("first", -200), ("last", 200)):
        feedback.append((key, "成都", START + timedelta(days=days), "us", True))
    for number in range(200):
        orders.append((f"o{number}", START + timedelta(days=20 if number % 2 else -20)))
    with connect("voc_modeler", database) as connection:
        connection.execute(TABLES)
        for table, rows in (
            ("fct_feedback", feedback),
            ("fct_opinion_unit", units),
            ("fct_order", orders),
        ):
            names = [
                name
                for (name,) in connection.execute(
                    "select attname from pg_attribute where attrelid = %s::regclass "
                    "and attnum > 0 order by attnum",
                    (f"core.{table}",),
                )
            ]
            copy_rows(connection, f"core.{table}", names, rows)
    return database


@pytest.mark.parametrize(
    ("cities", "ended_after_days", "expected"),
    [
        (["成都"], 5, FixSuccess(1, 1)),
        (["重庆"], None, FixSuccess(1, 0)),
        # complaints of both cities fell from 120 to 60
        ([], 5, FixSuccess(1, 1)),
        # less than twelve weeks lie behind its end
        (["成都"], 150, FixSuccess(0, 0)),
    ],
)
def test_an_improvement_is_judged_in_its_cities(
    company: Settings, cities: list[str], ended_after_days: int | None, expected: FixSuccess
):
    ended = None if ended_after_days is None else START + timedelta(days=ended_after_days)
    with connect("voc_modeler", company) as connection:
        connection.execute("truncate core.fct_improvement")
        connection.execute(
            "insert into core.fct_improvement values ('i1', null, 'delivery', %s, %s, %s)",
            (cities, START, ended),
        )
    with connect("voc_stats", company) as connection:
        assert read_fix_success(connection) == expected
