"""NPS drivers against hand-computed shares, the vendors' formula, and planted causes."""

from __future__ import annotations

from datetime import date
from itertools import combinations
from math import factorial
from typing import Any

import numpy as np
import pytest

from stat_jobs import nps_drivers
from stat_jobs.nps_answers import Answers, dummies

COLUMNS = [
    name
    for name, _ in nps_drivers.RESULT.columns
    if name not in {"dimension", "first_date", "last_date"}
]


def make_answers(scores: Any, leaning: Any, named: Any = None, controls: Any = None) -> Answers:
    """One answer per voter; `leaning` is answers x aspects, `named` where it is not 0."""
    leaning = np.asarray(leaning, dtype=np.int8)
    count = len(leaning)
    return Answers(
        tuple(f"v{number}" for number in range(count)),
        (date(2026, 1, 1),) * count,
        np.asarray(scores, dtype=float),
        np.zeros((count, 0)) if controls is None else controls,
        tuple(f"aspect_{number}" for number in range(leaning.shape[1])),
        leaning != 0 if named is None else np.asarray(named, dtype=bool),
        leaning,
    )


def measure(answers: Answers) -> dict[str, dict[str, Any]]:
    return {
        row[0]: dict(zip(COLUMNS, row, strict=True)) for row in nps_drivers.measure(answers, 300)
    }


def simulate(seed: int, count: int = 800) -> Answers:
    """Eight aspects; the first three take 0.9, 1.6 and 2.2 points per step, the others nothing."""
    noise = np.random.default_rng(seed)
    named = noise.random((count, 8)) < np.linspace(0.1, 0.25, 8)
    leaning = named * np.where(noise.random((count, 8)) < 0.5, 1, -1)
    region = np.eye(3)[noise.integers(0, 3, count)][:, 1:]
    score = 7.5 + leaning[:, :3] @ [0.9, 1.6, 2.2] + region @ [0.5, -0.5]
    score = np.clip(np.round(score + noise.normal(0, 1.3, count)), 0, 10)
    return make_answers(score, leaning, controls=region)


@pytest.fixture(scope="module")
def planted() -> list[dict[str, dict[str, Any]]]:
    return [measure(simulate(seed)) for seed in range(30)]


def test_shares_are_those_of_the_hand_computed_example():
    # 40 answers: 10 promoters of both aspects, 10 promoters of the first, 10 detractors of the
    # second, 10 passives without a word; NPS 25
    leaning = [[1, 1]] * 10 + [[1, 0]] * 10 + [[0, -1]] * 10 + [[0, 0]] * 10
    rows = measure(make_answers([10] * 20 + [3] * 10 + [8] * 10, leaning))

    assert {name: row["additive_share"] for name, row in rows.items()} == {
        "aspect_0": pytest.approx(37.5),  # (10/2 + 10) / 40
        "aspect_1": pytest.approx(-12.5),  # (10/2 - 10) / 40
        "untagged": 0.0,
    }
    assert rows["aspect_0"]["leave_one_out"] == pytest.approx(25 - -50)  # without it: -10 of 20
    assert rows["aspect_1"]["nps_of_named"] == 0
    assert rows["aspect_1"]["complaint_count"] == 10


def test_leave_one_out_is_the_vendors_impact():
    rows = measure(simulate(1))

    for row in rows.values():
        k, total = row["answer_count"], row["total_answers"]
        impact = k * (row["nps_of_named"] - row["nps"]) / (total - k)
        assert row["leave_one_out"] == pytest.approx(impact)


def test_additive_shares_add_up_and_are_shapley_values():
    answers = simulate(2)
    rows = measure(answers)
    names, points, count = answers.aspects, answers.points, len(answers.aspects)

    def worth(group: tuple[int, ...]) -> float:
        """NPS points of the answers that name somebody of the group."""
        return 100 * float(points[answers.named[:, list(group)].any(axis=1)].sum()) / len(points)

    shapley = 0.0
    for size in range(count):
        share = factorial(size) * factorial(count - size - 1) / factorial(count)
        for group in combinations(range(1, count), size):
            shapley += share * (worth((*group, 0)) - worth(group))

    assert rows[names[0]]["additive_share"] == pytest.approx(shapley)
    assert sum(row["additive_share"] for row in rows.values()) == pytest.approx(100 * points.mean())


def test_planted_drivers_are_found_and_ranked_in_nearly_every_sample(planted):
    ranked = [
        sorted(rows, key=lambda name: -(rows[name]["relative_weight"] or 0))[:3] for rows in planted
    ]
    found = [rows[f"aspect_{place}"]["is_significant"] for rows in planted for place in range(3)]

    assert np.mean([names == ["aspect_2", "aspect_1", "aspect_0"] for names in ranked]) >= 0.9
    assert np.mean(found) >= 0.95


def test_intervals_cover_the_planted_truth(planted):
    truth = measure(simulate(99, count=60_000))
    covered: dict[str, list[bool]] = {"leave_one_out": [], "additive": [], "weight": []}
    columns = {"leave_one_out": "leave_one_out", "additive": "additive_share",
               "weight": "relative_weight"}  # fmt: skip
    for rows in planted:
        for name, row in rows.items():
            for kind, column in columns.items():
                if row[column] is not None and (kind != "weight" or name < "aspect_3"):
                    inside = row[f"{kind}_low"] <= truth[name][column] <= row[f"{kind}_high"]
                    covered[kind].append(inside)

    assert 0.92 < np.mean(covered["leave_one_out"]) < 0.98
    assert 0.92 < np.mean(covered["additive"]) < 0.98
    assert 0.85 < np.mean(covered["weight"]) <= 1.0


def test_idle_aspects_stand_out_at_most_at_the_stated_rate(planted):
    alarms = [
        rows[f"aspect_{place}"]["is_significant"] for rows in planted for place in range(3, 8)
    ]

    # 150 chances at a false discovery rate of 5 % beside three true drivers
    assert np.mean(alarms) <= 0.06


def test_rare_aspects_are_pooled_until_nobody_can_be_had_by_subtraction():
    leaning = np.zeros((60, 4), dtype=int)
    leaning[:20, 0] = 1
    leaning[20:22, 1] = -1  # two answers
    leaning[30:36, 2] = -1
    leaning[40:60, 3] = 1

    rows = measure(make_answers([9] * 20 + [3] * 40, leaning))

    # aspect_1 alone would be `other` with two answers: the next smaller one goes with it
    assert set(rows) == {"aspect_0", "aspect_3", "other", "untagged"}
    assert rows["other"]["answer_count"] == 8
    assert rows["other"]["complaint_count"] == 8


@pytest.mark.parametrize("count", [0, 29])
def test_too_few_answers_have_no_rows(count: int):
    assert measure(make_answers([9] * count, np.ones((count, 1)))) == {}


def test_an_aspect_that_everybody_names_cannot_be_left_out():
    rows = measure(make_answers([9] * 20 + [3] * 20, [[1]] * 40))

    assert rows["aspect_0"]["leave_one_out"] is None
    assert rows["aspect_0"]["relative_weight"] is None  # nothing varies


def test_dummies_leave_the_first_value_of_each_fact_out():
    coded = dummies([("a", "x"), ("b", "x"), ("c", "y")])

    assert coded.tolist() == [[0, 0, 0], [1, 0, 0], [0, 1, 1]]


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param(make_answers([], np.zeros((0, 3))), id="none"),
        pytest.param(make_answers([5], [[1, 0]]), id="one"),
    ],
)
def test_hardly_any_answers_have_no_row(answers: Answers):
    assert measure(answers) == {}


def test_answers_of_one_customer_are_no_evidence():
    answers = simulate(1, 200)
    alone = Answers(**{**vars(answers), "voters": ("v0",) * 200})

    assert not any(row["is_significant"] for row in measure(alone).values())


def test_aspects_that_cannot_be_told_apart_or_never_vary_stop_nothing():
    answers = simulate(2, 300)
    twins = np.repeat(answers.leaning[:, :1], 2, axis=1)

    rows = [measure(make_answers(answers.scores, columns)) for columns in (twins, twins**0)]

    first, second = (rows[0][name]["relative_weight"] for name in ("aspect_0", "aspect_1"))
    assert first == pytest.approx(second)
    assert rows[1]["aspect_0"]["relative_weight"] is None


def test_products_of_each_draw_are_those_of_its_blocks():
    noise = np.random.default_rng(3)
    products = noise.integers(-9, 9, (7, 4, 4)).astype(float)
    counts = noise.integers(0, 3, (nps_drivers.DRAWS_AT_ONCE + 1, 7)).astype(float)

    drawn = np.array(list(nps_drivers.draw_products(counts, products)))

    np.testing.assert_array_equal(drawn, np.einsum("db,bij->dij", counts, products))
