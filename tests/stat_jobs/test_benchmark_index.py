"""The comparison with competitors against hand-computed means, kind sites and planted gaps."""

from __future__ import annotations

import numpy
import pytest

from stat_jobs import benchmark_index
from stat_jobs.benchmark_index import AspectVoice, Review


def index(reviews: list[Review]) -> dict[str, dict[str, object]]:
    names = [name for name, _ in benchmark_index.INDEX.columns]
    return {
        row[0]: dict(zip(names, row, strict=True))
        for row in benchmark_index.score_subjects(reviews)
    }


def test_newer_reviews_count_more_and_par_is_a_hundred():
    # 20 new reviews of 80 points, 20 of one half-life ago with 50: (80 + 25) / 1.5 = 70
    ours = [Review("us", "maps", 80, 1.0)] * 20 + [Review("us", "maps", 50, 0.5)] * 20
    theirs = [Review("rival", "maps", 50, 1.0)] * 25

    rows = index([*ours, *theirs])

    assert rows["us"]["score"] == pytest.approx(70)
    assert rows["us"]["index_value"] == pytest.approx(100 * 70 / 60)
    assert (rows["us"]["subject_rank"], rows["rival"]["subject_rank"]) == (1, 2)


def test_a_kind_site_flatters_nobody():
    rng = numpy.random.default_rng(20)

    def draw(subject: str, site: str, mean: float, count: int) -> list[Review]:
        return [Review(subject, site, points, 1.0) for points in rng.normal(mean, 5, count)]

    # all are equal; the kind site gives 20 points more, and the rival is mostly there
    rows = index(
        [
            *draw("us", "strict", 50, 180),
            *draw("us", "kind", 70, 20),
            *draw("rival", "strict", 50, 20),
            *draw("rival", "kind", 70, 180),
        ]
    )

    assert rows["rival"]["raw_score"] - rows["us"]["raw_score"] > 14
    assert rows["rival"]["score"] == pytest.approx(rows["us"]["score"], abs=2)


def test_below_25_reviews_there_is_no_row():
    rows = index([Review("us", "a", 60, 1.0)] * 25 + [Review("small", "a", 90, 1.0)] * 24)

    assert list(rows) == ["us"]


def test_interval_covers_the_true_score():
    covered = 0
    for seed in range(40):
        rng = numpy.random.default_rng(seed)
        ours = [Review("us", "a", points, 1.0) for points in rng.normal(60, 25, 80)]
        row = index(ours)["us"]
        covered += row["score_low"] <= 60 <= row["score_high"]

    assert covered >= 35


def test_a_planted_gap_is_found_and_no_other():
    rng = numpy.random.default_rng(3)
    voices = [
        AspectVoice(subject, aspect, int(rng.choice([1, -1], p=[share, 1 - share])), 1.0)
        for subject in ("us", "rival")
        for aspect in ("delivery", "price", "staff", "app")
        for share in [0.9 if (subject, aspect) == ("rival", "delivery") else 0.5] * 150
    ]

    rows = {row[1]: row for row in benchmark_index.score_aspects(voices)}

    assert rows["delivery"][6] == pytest.approx(80, abs=18)
    assert [aspect for aspect, row in rows.items() if row[-1] < 0.05] == ["delivery"]


def test_nothing_to_compare():
    assert index([]) == {}
    assert list(benchmark_index.score_aspects([])) == []
