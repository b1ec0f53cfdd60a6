"""Transitions against published intervals, planted recovery, and no recovery at all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from stat_jobs import nps_transitions
from stat_jobs.nps_transitions import Pair
from warehouse.postgres import connect
from warehouse.settings import Settings

COLUMNS = [name for name, _ in nps_transitions.RESULT.columns]


def compare(pairs: list[Pair]) -> dict[tuple[str, str], dict[str, Any]]:
    return {row[:2]: dict(zip(COLUMNS, row, strict=True)) for row in nps_transitions.compare(pairs)}


def simulate(seed: int, lift: float, count: int = 400) -> list[Pair]:
    """Detractors with a better first score rise more often and are treated more often."""
    noise = np.random.default_rng(seed)
    scores = noise.integers(0, 7, count)
    solved = noise.random(count) < 0.2 + 0.08 * scores
    odds = 0.05 + 0.06 * scores + lift * solved
    rises = noise.random(count) < odds
    return [
        Pair("detractor", "promoter" if rise else "detractor", bool(treated), True,
             nps_transitions.make_controls(score, 90, 100, None, 2))
        for rise, treated, score in zip(rises, solved, scores, strict=True)
    ]  # fmt: skip


def test_difference_has_the_interval_that_newcombe_published():
    # Newcombe (1998), table II, example (a): 56/70 against 48/80, method 10
    found = nps_transitions.difference_of((56, 70), (48, 80))

    assert found == pytest.approx((20.0, 5.24, 33.39), abs=0.005)


def test_share_has_wilsons_interval():
    # Newcombe (1998), Statistics in Medicine 17, 857: 81 of 263 is 0.2553 to 0.3662
    assert nps_transitions.share_of(81, 263) == pytest.approx((30.80, 25.53, 36.62), abs=0.005)


def test_counts_of_a_row_add_up_to_those_who_started():
    pairs = [Pair("detractor", group, solved, True, (1.0, 2.0)) for group, solved in
             [("promoter", True), ("passive", True), ("detractor", False)]]  # fmt: skip
    rows = compare([*pairs, Pair("promoter", "promoter", False, False, (1.0, 2.0))])

    assert len(rows) == 9
    detractors = [rows["detractor", group] for group in nps_transitions.GROUPS]
    assert [row["solved_to"] for row in detractors] == [0, 1, 1]
    assert [row["untreated_to"] for row in detractors] == [1, 0, 0]
    assert {(row["solved_from"], row["untreated_from"], row["open_case_from"])
            for row in detractors} == {(2, 1, 1)}  # fmt: skip
    assert rows["passive", "promoter"]["difference"] is None  # nobody started there
    assert rows["promoter", "promoter"]["open_case_from"] == 0


def test_planted_recovery_is_covered_and_the_plain_difference_flatters():
    plain, covered = [], []
    for seed in range(60):
        row = compare(simulate(seed, 0.2))["detractor", "promoter"]
        plain.append(row["difference"])
        covered.append(row["adjusted_low"] <= 20 <= row["adjusted_high"])

    assert np.mean(covered) >= 0.88
    assert np.mean(plain) > 23  # milder cases are solved first


def test_without_recovery_the_adjusted_difference_is_noise():
    rows = [compare(simulate(seed, 0.0))["detractor", "promoter"] for seed in range(100, 160)]

    assert np.mean([not row["adjusted_low"] <= 0 <= row["adjusted_high"] for row in rows]) <= 0.1


def test_nobody_answered_twice():
    assert compare([]) == {}


CORE = """
create table core.fct_survey_response (
    feedback_key text, customer_key text, nps_score smallint, nps_group text,
    submitted_at timestamptz, submitted_date date, tenure_days integer,
    spend_to_date_cny numeric, order_count_to_date integer
);
create table core.fct_case (
    case_id text, customer_key text, opened_at timestamptz, resolved_at timestamptz
);
create table core.dim_reporting_period (period_slug text, first_month date, last_date date);
insert into core.dim_reporting_period values ('last_12_months', '2025-04-01', '2026-03-31');
insert into core.fct_survey_response
select
    customer || day, customer, score,
    case when score >= 9 then 'promoter' when score >= 7 then 'passive' else 'detractor' end,
    day::date, day::date, 100, 500, 2
from (values
    ('solved', '2025-06-01', 2), ('solved', '2025-09-01', 10), ('solved', '2025-12-01', 9),
    ('too_late', '2025-06-01', 2), ('too_late', '2025-09-01', 5),
    ('long_ago', '2025-06-01', 2), ('long_ago', '2025-09-01', 8),
    ('too_far', '2024-06-01', 2), ('too_far', '2025-09-01', 8),
    ('once', '2025-09-01', 8),
    ('old', '2024-09-01', 2), ('old', '2025-01-01', 8)
) as said (customer, day, score);
insert into core.fct_case values
    ('k1', 'solved', '2025-05-20', '2025-07-01'),
    ('k2', 'too_late', '2025-06-02', '2025-09-02'),
    ('k3', 'long_ago', '2025-04-01', '2025-07-01');
"""


def test_pairs_are_read_with_what_was_solved_between(database: Settings):
    with connect("voc_modeler", database) as connection:
        connection.execute(CORE)
    nps_transitions.run(database)

    with connect("voc_stats", database) as connection:
        pairs = nps_transitions.read_pairs(connection)

    found = sorted((p.from_group, p.to_group, p.is_solved, p.has_case) for p in pairs)
    assert found == [
        ("detractor", "detractor", False, True),  # solved after the second answer
        ("detractor", "passive", False, False),  # its case was opened long before
        ("detractor", "promoter", True, True),
        ("promoter", "promoter", False, False),
    ]
