"""The bridge against hand-computed and brute-force splits, planted moves, and no move at all."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from stat_jobs import nps_bridge
from stat_jobs.nps_answers import Answers

COLUMNS = [
    name
    for name, _ in nps_bridge.RESULT.columns
    if name not in {"comparison", "dimension"} and not name.endswith("_date")
]


def make_answers(scores: Any, leaning: Any) -> Answers:
    leaning = np.asarray(leaning, dtype=np.int8)
    count = len(leaning)
    return Answers(
        tuple(f"v{number}" for number in range(count)),
        (date(2026, 1, 1),) * count,
        np.asarray(scores, dtype=float),
        np.zeros((count, 0)),
        tuple(f"aspect_{number}" for number in range(leaning.shape[1])),
        leaning != 0,
        leaning,
    )


def explain(answers: Answers, is_after: Any, draws: int = 300) -> dict[str, dict[str, Any]]:
    rows = nps_bridge.explain(answers, np.asarray(is_after, dtype=bool), draws)
    return {row[0]: dict(zip(COLUMNS, row, strict=True)) for row in rows}


def simulate(seed: int, count: int = 600, share: float = 0.2, harm: float = 1.5) -> Answers:
    """Half before, half after; after, aspect_0 is named by `share` and takes `harm` points."""
    noise = np.random.default_rng(seed)
    after = np.arange(count) >= count // 2
    odds = np.full((count, 5), 0.2)
    odds[after, 0] = share
    leaning = -(noise.random((count, 5)) < odds).astype(int)
    harms = np.full((count, 5), 1.5)
    harms[after, 0] = harm
    scores = 8.3 + (leaning * harms).sum(axis=1) + noise.normal(0, 1.3, count)
    return make_answers(np.clip(np.round(scores), 0, 10), leaning)


def halves(answers: Answers) -> np.ndarray:
    return np.arange(len(answers.voters)) >= len(answers.voters) // 2


def test_effects_are_those_of_the_hand_computed_example():
    # before: 20 of 40 name it, 10 promoters and 10 detractors of it; the rest promoters: NPS 50
    # after: 30 of 40, 10 promoters, 20 detractors; the rest promoters: NPS 0
    answers = make_answers(
        [9] * 10 + [3] * 10 + [9] * 20 + [9] * 10 + [3] * 20 + [9] * 10,
        [[-1]] * 20 + [[0]] * 20 + [[-1]] * 30 + [[0]] * 10,
    )

    rows = explain(answers, [False] * 40 + [True] * 40)

    # shares 1/2 and 3/4, rates 0 and -1/3, mean NPS 25
    named, silent = rows["aspect_0"], rows["untagged"]
    assert (named["nps_before"], named["nps_after"]) == (50, 0)
    assert named["mix_effect"] == pytest.approx(100 * 0.25 * (-1 / 6 - 0.25))
    assert named["rate_effect"] == pytest.approx(100 * (-1 / 3) * 0.625)
    assert silent["mix_effect"] == pytest.approx(100 * -0.25 * (1 - 0.25))
    assert silent["rate_effect"] == 0
    assert named["complaints_after"] == 30


def test_both_effects_are_the_mean_over_both_orders_of_change():
    answers = simulate(1, share=0.35, harm=3.0)
    after = halves(answers)
    rows = explain(answers, after)
    voices = np.hstack([answers.named, ~answers.named.any(axis=1, keepdims=True)])
    parts = voices / voices.sum(axis=1, keepdims=True)
    share = [parts[side].mean(axis=0) for side in (~after, after)]
    rate = [
        (parts * answers.points[:, None])[side].sum(axis=0) / parts[side].sum(axis=0)
        for side in (~after, after)
    ]
    middle = (answers.points[~after].mean() + answers.points[after].mean()) / 2
    mix_first = (share[1] - share[0]) * (rate[0] - middle)
    mix_last = (share[1] - share[0]) * (rate[1] - middle)

    found = [row["mix_effect"] for row in rows.values()]

    assert found == pytest.approx(100 * (mix_first + mix_last) / 2)


def test_effects_add_up_to_the_move():
    rows = explain(simulate(2), halves(simulate(2)))
    one = next(iter(rows.values()))

    total = sum(row["mix_effect"] + row["rate_effect"] for row in rows.values())

    assert total == pytest.approx(one["nps_after"] - one["nps_before"])
    assert total == pytest.approx(sum(row["total_effect"] for row in rows.values()))


def test_an_aspect_that_comes_up_has_all_its_effect_as_mix():
    leaning = np.zeros((80, 2), dtype=int)
    leaning[:40:2, 0] = leaning[40::2, 0] = 1
    leaning[41:61:2, 1] = -1
    rows = explain(make_answers([9] * 41 + [3] * 39, leaning), [False] * 40 + [True] * 40)

    assert rows["aspect_1"]["answers_before"] == 0
    assert rows["aspect_1"]["rate_effect"] == 0
    assert rows["aspect_1"]["mix_effect"] < 0


@pytest.mark.parametrize(
    ("share", "harm", "kind"),
    [pytest.param(0.45, 3.0, "mix", id="talked about more, and it hurts"),
     pytest.param(0.20, 5.0, "rate", id="hurts more")],
)  # fmt: skip
def test_a_planted_move_is_laid_to_its_aspect(share: float, harm: float, kind: str):
    found = []
    for seed in range(10):
        answers = simulate(seed, count=1600, share=share, harm=harm)
        rows = explain(answers, halves(answers))
        worst = min(rows, key=lambda name: rows[name]["total_effect"])
        found.append(worst == "aspect_0" and rows["aspect_0"][f"{kind}_effect_high"] < 0)

    assert sum(found) >= 9


def test_where_nothing_moved_noise_is_called_noise():
    outside, moves = [], []
    for seed in range(60):
        answers = simulate(seed)
        rows = explain(answers, halves(answers))
        move = next(iter(rows.values()))
        moves.append(not move["nps_change_low"] <= 0 <= move["nps_change_high"])
        outside += [
            not row["total_effect_low"] <= 0 <= row["total_effect_high"] for row in rows.values()
        ]

    assert 0.02 < np.mean(outside) < 0.09  # 5 % is promised; 360 looks, six to a sample
    assert np.mean(moves) <= 0.1, (np.mean(moves), np.mean(outside))


def test_what_too_few_name_in_one_period_is_pooled():
    leaning = np.zeros((80, 3), dtype=int)
    leaning[:20, 0] = leaning[40:60, 0] = -1
    leaning[20:30, 1] = -1
    leaning[60:62, 1] = -1  # two answers after: a period of its own
    leaning[30:36, 2] = leaning[62:68, 2] = -1

    rows = explain(make_answers([9] * 40 + [3] * 40, leaning), [False] * 40 + [True] * 40)

    counts = {name: (row["answers_before"], row["answers_after"]) for name, row in rows.items()}
    # untagged (4 before, 12 after) goes along: it is rare too
    assert counts == {"aspect_0": (20, 20), "aspect_2": (6, 6), "other": (14, 14)}


@pytest.mark.parametrize("sizes", [(29, 200), (200, 29)])
def test_a_side_with_too_few_answers_explains_nothing(sizes: tuple[int, int]):
    answers = make_answers([9] * 229, [[1]] * 229)

    assert explain(answers, [False] * sizes[0] + [True] * sizes[1]) == {}


def test_periods_end_with_the_last_complete_month():
    running = nps_bridge.periods_of(date(2026, 3, 30), 3)
    complete = nps_bridge.periods_of(date(2026, 3, 31), 1)

    assert running == nps_bridge.Periods(date(2025, 9, 1), date(2025, 12, 1), date(2026, 2, 28))
    assert complete == nps_bridge.Periods(date(2026, 2, 1), date(2026, 3, 1), date(2026, 3, 31))
