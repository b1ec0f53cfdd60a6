"""Recovery against planted truth and none, and who counts as recovered."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from stat_jobs import recovery_value
from warehouse.postgres import connect
from warehouse.settings import Settings

COLUMNS = [name for name, _ in recovery_value.RESULT.columns]


def play(seed: int, gain: float, customers: int = 400) -> pd.DataFrame:
    """Two orders a customer; big spenders complain more and buy again more often anyway."""
    noise = np.random.default_rng(seed)
    wealth = np.repeat(noise.normal(size=customers), 2)
    habit = np.repeat(noise.normal(scale=0.1, size=customers), 2)
    fate = np.where(noise.random(2 * customers) < 0.15 + 0.15 * (wealth > 0), "recovered",
                    "ordinary")  # fmt: skip
    chance = np.clip(0.4 + 0.15 * (wealth > 0) + habit + gain * (fate == "recovered"), 0, 1)
    again = noise.random(2 * customers) < chance
    return pd.DataFrame(
        {
            "customer_key": np.repeat([f"c{number}" for number in range(customers)], 2),
            "ordered_date": pd.Timestamp("2025-01-01").date(),
            "tenure_days": 100.0,
            "spend_to_date": np.exp(5 + 2 * (wealth > 0)),
            "order_number": np.tile([1, 2], customers),
            "category": "a",
            "segment": "b",
            "fate": fate,
            "repurchase_pct": 100.0 * again,
            "spend_cny": again * (500 + 300 * (wealth > 0)),
        }
    )


def compare(orders: pd.DataFrame) -> dict[tuple[str, str], dict[str, Any]]:
    return {row[:2]: dict(zip(COLUMNS, row, strict=True)) for row in recovery_value.compare(orders)}


def test_planted_recovery_is_covered_and_the_plain_difference_is_off():
    rows = [compare(play(seed, 0.15))["ordinary", "repurchase_pct"] for seed in range(40)]

    covered = [row["difference_low"] <= 15 <= row["difference_high"] for row in rows]
    plain = [row["recovered_mean"] - row["compared_mean"] for row in rows]
    assert np.mean(covered) >= 0.88
    assert np.mean([row["difference"] for row in rows]) == pytest.approx(15, abs=1.5)
    assert np.mean(plain) > 17
    assert max(row["imbalance"] for row in rows) < 0.1


def test_without_recovery_there_is_noise():
    rows = [compare(play(seed, 0.0)) for seed in range(200, 240)]

    outside = [
        not row["difference_low"] <= 0 <= row["difference_high"]
        for each in rows
        for row in each.values()
    ]
    assert np.mean(outside) <= 0.1


def test_a_comparison_with_too_few_orders_has_no_row():
    orders = play(1, 0.1)
    few = pd.concat([orders[orders["fate"] == "recovered"].head(29),
                     orders[orders["fate"] == "ordinary"]])  # fmt: skip

    assert compare(few) == {}
    assert compare(orders.head(0)) == {}


CORE = """
create table core.fct_order (
    customer_key text, ordered_date date, amount_cny numeric, tenure_days integer,
    spend_to_date_cny numeric, order_count_to_date integer, product_key text,
    customer_segment text, is_cancelled boolean
);
create table core.dim_product (product_key text, category text);
create table core.fct_case (
    case_id text, customer_key text, case_type text, rating_after numeric, opened_date date,
    resolved_at timestamptz
);
create table core.fct_opinion_unit (
    customer_key text, occurred_date date, sentiment_label text, is_relevant boolean,
    subject_slug text
);
insert into core.fct_order
select customer, day::date, amount, 10, 0, 0, null, 'a', cancelled
from (values
    ('solved', '2025-01-01', 100, false), ('solved', '2025-04-10', 40, false),
    ('solved', '2025-05-10', 30, true),
    ('rated_low', '2025-01-01', 100, false), ('rated_low', '2025-03-01', 10, false),
    ('rated_low', '2025-10-01', 10, false),
    ('solved_late', '2025-01-01', 100, false),
    ('quiet', '2025-01-01', 100, false),
    ('grumbled', '2025-01-01', 100, false),
    ('young', '2025-12-01', 100, false)
) as bought (customer, day, amount, cancelled);
insert into core.fct_case values
    ('k1', 'solved', 'complaint', 4, '2025-01-10', '2025-01-20'),
    ('k2', 'rated_low', 'complaint', 2, '2025-01-10', '2025-01-20'),
    ('k3', 'solved_late', 'complaint', null, '2025-01-10', '2025-04-20'),
    ('k4', 'quiet', 'praise', null, '2025-01-10', '2025-01-20');
insert into core.fct_opinion_unit values ('grumbled', '2025-01-05', 'negative', true, 'us');
"""


def test_who_counts_as_what_and_what_came_after(database: Settings):
    with connect("voc_modeler", database) as connection:
        connection.execute(CORE)
    with connect("voc_stats", database) as connection:
        orders = recovery_value.read_orders(connection)

    assert recovery_value.run(database) == {"recovered": 1, "ordinary": 2, "unrecovered": 2}
    found = {
        (row.customer_key, str(row.ordered_date)): (row.fate, row.repurchase_pct, row.spend_cny)
        for row in orders.itertuples()
    }
    assert found == {
        ("solved", "2025-01-01"): ("recovered", 100.0, 40.0),  # the cancelled one does not count
        ("rated_low", "2025-01-01"): ("unrecovered", 0.0, 0.0),  # before and after the window
        ("rated_low", "2025-03-01"): ("ordinary", 100.0, 10.0),
        ("solved_late", "2025-01-01"): ("unrecovered", 0.0, 0.0),
        ("quiet", "2025-01-01"): ("ordinary", 0.0, 0.0),
    }
