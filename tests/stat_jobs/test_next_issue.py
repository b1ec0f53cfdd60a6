"""What follows what: shrinkage by hand, planted effects, silence without any, a real database."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy
import pytest

from stat_jobs import next_issue
from stat_jobs.next_issue import foresee, judge, top_lift
from stat_jobs.next_issue_model import Model
from stat_jobs.next_issue_states import State, Watched, read_states, read_watched
from warehouse.postgres import connect, copy_rows
from warehouse.settings import Settings

COLUMNS = [name for name, _ in next_issue.MODEL.columns]
RECENT_ORDER, OLD_ORDER = ("order", "0-7"), ("order", "31-90")
TODAY = date(2026, 3, 31)


def simulate(
    chances: dict[tuple[str, str], dict[str, float]], seed: int, windows: int = 18, size: int = 300
) -> list[Watched]:
    """Windows in which customers of each state complain with the given chances."""
    generator = numpy.random.default_rng(seed)
    return [
        Watched(
            number,
            *cell,
            size,
            {name: int(generator.binomial(size, chance)) for name, chance in rates.items()},
        )
        for number in range(1, windows + 1)
        for cell, rates in chances.items()
    ]


def verdicts(windows: list[Watched]) -> dict[str, dict[str, Any]]:
    return {row[0]: dict(zip(COLUMNS, row, strict=True)) for row in judge(windows)}


def test_a_chance_is_drawn_to_that_after_the_event_and_this_to_that_of_all():
    model = Model(
        [
            Watched(1, "order", "0-7", 100, {"delivery": 20}),
            Watched(1, "order", "31-90", 100, {"delivery": 0}),
            Watched(1, "resolved", "0-7", 800, {"delivery": 30}),
        ]
    )

    after_orders = (20 + 50 * 0.05) / (200 + 50)
    assert model.base_rate("delivery") == pytest.approx(0.05)
    assert model.chance("delivery", RECENT_ORDER) == pytest.approx((20 + 50 * after_orders) / 150)
    # a state that nobody was ever in has the chance after its event; an unknown event that of all
    assert model.chance("delivery", ("order", "8-30")) == pytest.approx(after_orders)
    assert model.chance("delivery", ("storm", "0-7")) == pytest.approx(0.05)


PLANTED = {
    RECENT_ORDER: {"delivery": 0.10, "price": 0.02},
    OLD_ORDER: {"delivery": 0.01, "price": 0.02},
    ("complaint:delivery", "0-7"): {"delivery": 0.02, "price": 0.02},
}


def test_a_planted_effect_is_found_out_of_time_and_told_by_its_size():
    windows = simulate(PLANTED, seed=1)

    found = verdicts(windows)

    assert found["delivery"]["is_better"]
    assert not found["price"]["is_better"]
    assert found["delivery"]["top_tenth_lift"] > 1.8
    assert found["delivery"]["observed_count"] == pytest.approx(
        found["delivery"]["expected_count"], rel=0.25
    )
    chance = Model(windows).describe("delivery", RECENT_ORDER)
    assert chance.low < 0.10 < chance.high
    assert chance.watched == 18 * 300


def test_planted_effects_are_found_in_most_companies_and_their_intervals_hold():
    found = covered = 0
    for seed in range(40):
        windows = simulate(PLANTED, seed, size=100)
        found += verdicts(windows)["delivery"]["is_better"]
        chance = Model(windows).describe("delivery", RECENT_ORDER)
        covered += chance.low <= 0.10 <= chance.high

    assert found >= 36
    assert covered >= 35


def test_where_nothing_follows_from_anything_hardly_any_touchpoint_is_foreseen():
    names = ("delivery", "price", "refund", "staff")
    nothing = {cell: dict.fromkeys(names, 0.03) for cell in PLANTED}
    companies = [verdicts(simulate(nothing, seed, size=60)) for seed in range(100)]

    false_alarms = sum(any(row["is_better"] for row in company.values()) for company in companies)

    assert false_alarms <= 10  # 5 of 100 are meant


def test_nothing_is_said_with_few_windows_or_few_complaints():
    few_windows = verdicts(simulate(PLANTED, seed=1, windows=5))
    few_complaints = verdicts(simulate(PLANTED, seed=1, size=3))

    assert few_windows["delivery"]["brier_skill"] is None
    assert few_complaints["price"]["q_value"] is None
    assert not any(row["is_better"] for row in (*few_windows.values(), *few_complaints.values()))
    assert verdicts([]) == {}


def test_customers_are_listed_for_touchpoints_that_can_be_foreseen_alone():
    windows = simulate(PLANTED, seed=1)
    states = [
        State("c1", "order", TODAY, 3, "0-7"),
        State("c2", "order", TODAY, 60, "31-90"),
        State("c3", "complaint:delivery", TODAY, 1, "0-7"),
    ]

    rows = list(foresee(windows, states, {"delivery"}))

    assert [row[:4] for row in rows] == [("c1", "delivery", "order", None)]
    assert list(foresee(windows, states, {"price"})) == []


def test_the_likeliest_tenth_is_filled_from_the_top():
    # 100 of 1000 customers are the tenth: 50 of the first state, 50 of the second
    cells = [(50, 20, 0.4), (100, 10, 0.1), (850, 10, 0.01)]

    assert top_lift(cells) == pytest.approx((20 + 5) / (0.1 * 40))


TABLES = """
create table core.fct_feedback (
    feedback_key text, occurred_date date, subject_slug text, is_relevant boolean
);
create table core.fct_opinion_unit (
    feedback_key text, unit_seq integer, customer_key text, occurred_date date,
    touchpoint_slug text, sentiment_label text, intensity smallint, subject_slug text,
    is_relevant boolean
);
create table core.fct_order (
    order_id text, customer_key text, ordered_date date, is_cancelled boolean
);
create table core.fct_case (case_id text, customer_key text, resolved_at timestamptz);
create table core.dim_customer (customer_key text);
"""


@pytest.fixture(scope="module")
def company(database: Settings) -> Settings:
    """c1 orders and complains the same day, c2 had a case resolved, c3 orders now and then."""
    units = [
        ("old", 1, "c9", TODAY - timedelta(days=400), "staff", "negative", 3, "us", True),
        ("k1", 1, "c1", TODAY - timedelta(days=35), "delivery", "negative", 3, "us", True),
        ("k1", 2, "c1", TODAY - timedelta(days=35), "refund", "negative", 5, "us", True),
        ("k2", 1, "c3", TODAY - timedelta(days=20), "delivery", "negative", 4, "us", True),
        ("k3", 1, "c3", TODAY - timedelta(days=19), "delivery", "negative", 4, "us", True),
        ("k4", 1, "c3", TODAY - timedelta(days=18), "delivery", "positive", 4, "us", True),
    ]
    orders = [
        ("o1", "c1", TODAY - timedelta(days=35), False),
        ("o3", "c3", TODAY - timedelta(days=31), False),
        ("o4", "c3", TODAY - timedelta(days=30), True),
        ("o5", "c4", TODAY - timedelta(days=91), False),
    ]
    with connect("voc_modeler", database) as connection:
        connection.execute(TABLES)
        copy_rows(
            connection,
            "core.fct_opinion_unit",
            ["feedback_key", "unit_seq", "customer_key", "occurred_date", "touchpoint_slug",
             "sentiment_label", "intensity", "subject_slug", "is_relevant"],
            units,
        )  # fmt: skip
        copy_rows(
            connection,
            "core.fct_order",
            ["order_id", "customer_key", "ordered_date", "is_cancelled"],
            orders,
        )
        connection.execute("insert into core.fct_case values ('e1', 'c2', '2026-03-30 20:00+00')")
        connection.execute("insert into core.fct_feedback values ('k9', %s, 'us', true)", (TODAY,))
    return database


def test_a_state_is_the_last_thing_that_happened(company: Settings):
    with connect("voc_stats", company) as connection:
        states = {state.customer_key: state for state in read_states(connection)}

    # of one day the complaint counts, of its units the strongest
    assert states["c1"].cell == ("complaint:refund", "31-90")
    # resolved at 4 in the morning of the 31st, local time
    assert (states["c2"].event, states["c2"].days_since) == ("resolved", 0)
    assert states["c3"].cell == ("complaint:delivery", "8-30")
    assert "c4" not in states


def test_customers_are_watched_from_their_state_on(company: Settings):
    with connect("voc_stats", company) as connection:
        windows = read_watched(connection)

    newest = {window.cell: window for window in windows if window.number == 1}
    # c3 ordered the day before the window, and complained twice within it: once per touchpoint;
    # the cancelled order is none
    assert newest["order", "0-7"].watched == 1
    assert newest["order", "0-7"].complaints == {"delivery": 1}
    assert newest["complaint:refund", "0-7"] == Watched(1, "complaint:refund", "0-7", 1)
    assert newest["order", "31-90"].watched == 1  # c4, 61 days before
    # c4 is seen from the window before on, when the order was 31 days old, and the one before that
    assert {window.number for window in windows} == {1, 2, 3}


def test_a_night_without_any_model_lists_nobody(company: Settings):
    counts = next_issue.run(company)

    assert (counts["foreseen_touchpoints"], counts["customers"]) == (0, 0)
    with connect("voc_modeler", company) as connection:
        model = connection.execute("select touchpoint_slug, is_better from stats.next_issue_model")
        assert model.fetchall() == [("delivery", False)]
        assert connection.execute("select count(*) from stats.next_issue").fetchone() == (0,)
