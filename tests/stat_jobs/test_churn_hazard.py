"""Churn against Cox on published data, planted hazards, and customers who leave for no reason."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from stat_jobs import churn_hazard, order_spells

COLUMNS = [name for name, _ in churn_hazard.RESULT.columns]


def play(seed: int, effects: dict[str, float], customers: int = 900) -> order_spells.Spells:
    """Orders over three years; after each the customer may leave for good, with hazard 0.15.

    Of each touchpoint 8 % of the orders are complained about; `effects` multiply the hazard.
    """
    noise = np.random.default_rng(seed)
    orders, complaints = [], []
    for number in range(customers):
        day, spend = float(noise.uniform(0, 400)), 0.0
        name = f"c{number:04d}"
        while day < 1095:
            date = pd.Timestamp("2023-01-01") + pd.Timedelta(days=int(day))
            orders.append((name, date.date(), 100.0, day, spend, "ab"[number % 2]))
            spend += 100.0
            hazard = 0.15
            for touchpoint, effect in effects.items():
                if noise.random() < 0.08:
                    said = date + pd.Timedelta(days=int(noise.integers(0, 11)))
                    complaints.append((name, said.date(), touchpoint))
                    hazard *= effect
            if noise.random() < 1 - np.exp(-hazard):
                break
            day += 15 + noise.lognormal(3.9, 0.4)  # about 70 days
    return order_spells.make_spells(
        pd.DataFrame(orders, columns=["customer_key", "ordered_date", "amount", "tenure_days",
                                      "spend_to_date", "category"]),
        pd.DataFrame(complaints, columns=["customer_key", "occurred_date", "touchpoint_slug"]),
    )  # fmt: skip


def measure(spells: order_spells.Spells) -> dict[str, dict[str, Any]]:
    return {row[0]: dict(zip(COLUMNS, row, strict=True)) for row in churn_hazard.measure(spells)}


@pytest.fixture(scope="module")
def planted() -> list[dict[str, dict[str, Any]]]:
    effects = {"repair": 3.0, "delivery": 1.0, "invoice": 1.0, "pricing": 1.0}
    return [measure(play(seed, effects)) for seed in range(8)]


def test_hazards_are_those_of_cox_on_the_rossi_data():
    from lifelines import CoxPHFitter
    from lifelines.datasets import load_rossi

    rossi = load_rossi()
    names = ["fin", "age", "race", "wexp", "mar", "paro", "prio"]
    weeks = rossi.loc[rossi.index.repeat(rossi["week"])].copy()
    weeks["now"] = weeks.groupby(level=0).cumcount() + 1
    happened = ((weeks["now"] == weeks["week"]) & (weeks["arrest"] == 1)).to_numpy()
    clock = np.column_stack([weeks["now"] ** power / 52**power for power in (1, 2, 3)])
    predictors = np.column_stack([weeks[names].to_numpy(dtype=float), clock])

    fitted = churn_hazard.fit(happened, predictors, weeks.index)

    # Fox and Weisberg, Cox regression for survival data in R, table of the Rossi model
    published = [-0.379, -0.057, 0.314, -0.150, -0.434, -0.085, 0.091]
    cox = CoxPHFitter().fit(rossi, "week", "arrest").params_[names]
    assert cox.tolist() == pytest.approx(published, abs=0.001)
    assert fitted.coefficients[:7].tolist() == pytest.approx(cox.tolist(), abs=0.02)


def test_planted_churn_node_is_found_and_no_other(planted):
    nodes = [[name for name, row in rows.items() if row["is_churn_node"]] for rows in planted]

    assert sum("repair" in found for found in nodes) >= 7
    assert sum(len(set(found) - {"repair"}) for found in nodes) <= 1


def test_intervals_cover_the_planted_ratios(planted):
    """Those who leave within the landmark are few; a horizon that ends late calls some churned."""
    covered = [
        row["hazard_low"] <= 1.0 <= row["hazard_high"]
        for rows in planted
        for name, row in rows.items()
        if name != "repair"
    ]
    ratios = [rows["repair"]["hazard_ratio"] for rows in planted]

    assert np.mean(covered) >= 0.83  # 24 intervals
    # one in twenty gaps is longer than its horizon: that churn of everybody's thins the ratio
    assert 2.2 < np.median(ratios) < 3.2


def test_excess_churn_is_the_difference_of_shares_when_nothing_else_differs(planted):
    rows = planted[0]["repair"]
    others = (rows["churned_count"] - rows["exposed_churned_count"]) / (
        rows["spell_count"] - rows["exposed_count"]
    )

    plain = rows["exposed_churned_count"] / rows["exposed_count"] - others

    assert rows["excess_churn"] == pytest.approx(plain, abs=0.05)
    assert rows["excess_low"] < rows["excess_churn"] < rows["excess_high"]


def test_own_horizon_follows_own_rhythm():
    days = {"weekly": [0, 30, 60, 90, 120, 150, 400], "yearly": [0, 250, 500], "new": [300]}
    orders = [
        (name, pd.Timestamp("2023-01-01") + pd.Timedelta(days=day))
        for name, series in days.items()
        for day in series
    ]
    facts = pd.DataFrame(orders, columns=["customer_key", "ordered_date"])
    gap = facts.groupby("customer_key")["ordered_date"].diff(-1).dt.days.abs()

    horizons = order_spells.predict_horizons(facts["customer_key"], gap)

    ends = facts.assign(horizon=horizons).groupby("customer_key")["horizon"]
    assert ends.nth(5).iloc[0] < ends.last()["yearly"]  # five gaps of 30 days are a habit
    assert ends.first().nunique() == 1  # without a past everybody has everybody's horizon
    assert horizons.between(order_spells.MIN_HORIZON, order_spells.MAX_HORIZON).all()


def test_spells_that_are_not_over_are_left_out_however_they_went():
    def order(name: str, *days: str) -> list[tuple[Any, ...]]:
        return [(name, pd.Timestamp(day).date(), 9.0, 1.0, 0.0, "a") for day in days]

    orders = pd.DataFrame(
        [
            *order("a_left", "2023-01-01"),
            *order("b_quick", "2023-01-01", "2023-01-10", "2023-05-01"),
            *order("c_late", "2023-01-01", "2025-12-20", "2025-12-31"),
        ],
        columns=["customer_key", "ordered_date", "amount", "tenure_days", "spend_to_date",
                 "category"],
    )  # fmt: skip
    complaints = pd.DataFrame(
        [
            ("a_left", pd.Timestamp("2023-01-15").date(), "delivery"),
            ("c_late", pd.Timestamp("2023-01-16").date(), "delivery"),  # after the landmark
        ],
        columns=["customer_key", "occurred_date", "touchpoint_slug"],
    )

    spells = order_spells.make_spells(orders, complaints)

    found = list(
        zip(
            spells.facts["customer_key"],
            spells.facts["ordered_date"].astype(str),
            spells.facts["is_churned"],
            spells.complaints["delivery"],
            strict=True,
        )
    )
    assert found == [
        ("a_left", "2023-01-01", True, 1),
        # the first order of b_quick was followed before the landmark
        ("b_quick", "2023-01-10", False, 0),
        ("b_quick", "2023-05-01", True, 0),
        ("c_late", "2023-01-01", True, 0),  # came back long after the horizon
    ]


def test_what_cannot_be_told_apart_or_never_varies_has_no_row():
    spells = play(3, {"repair": 2.0, "delivery": 1.0})
    churned = spells.facts["is_churned"]
    twins = spells.complaints.assign(repair_again=spells.complaints["repair"])
    everyone = order_spells.Spells(spells.facts.assign(is_churned=True), spells.complaints)
    told = order_spells.Spells(
        spells.facts.assign(category=np.where(churned, "left", "stayed")), spells.complaints
    )

    assert set(measure(order_spells.Spells(spells.facts, twins))) == {"delivery"}
    assert measure(everyone) == {}
    # a control that says who churned is no control
    found = measure(told)
    assert set(found) == {"repair", "delivery"}
    assert all(np.isfinite([row["hazard_high"], row["excess_high"]]).all()
               for row in found.values())  # fmt: skip


@pytest.mark.parametrize("count", [0, 1])
def test_no_order_or_one_has_no_row(count: int):
    orders = pd.DataFrame(
        [("a", pd.Timestamp("2023-01-01").date(), 9.0, 1.0, 0.0, "x")] * count,
        columns=["customer_key", "ordered_date", "amount", "tenure_days", "spend_to_date",
                 "category"],
    )  # fmt: skip
    complaints = pd.DataFrame([], columns=["customer_key", "occurred_date", "touchpoint_slug"])

    assert measure(order_spells.make_spells(orders, complaints)) == {}


def test_too_few_complaints_or_events_have_no_rows():
    assert measure(play(1, {"repair": 3.0}, customers=40)) == {}
    assert measure(play(1, {})) == {}
