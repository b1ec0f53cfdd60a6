"""Shrinkage against published weights, ranks against planted agents, intervals against chance."""

from __future__ import annotations

import numpy
import pytest

from stat_jobs import unit_scores
from stat_jobs.unit_scores import Spread, UnitVoices


def voices(key: str, points: numpy.ndarray, peers: str = "team") -> UnitVoices:
    total, squares = float(points.sum()), float((points**2).sum())
    return UnitVoices(key, peers, len(points), float(len(points)), total, squares)


def company(
    rng: numpy.random.Generator, deviation: float, sizes: list[int]
) -> tuple[list[UnitVoices], numpy.ndarray]:
    truth = rng.normal(10, deviation, len(sizes))
    units = [
        voices(f"{number:03d}", rng.normal(mean, 78.5, size))
        for number, (mean, size) in enumerate(zip(truth, sizes, strict=True))
    ]
    return units, truth


def score(units: list[UnitVoices]) -> list[dict[str, object]]:
    names = [name for name, _ in unit_scores.RESULT.columns]
    return [dict(zip(names, row, strict=True)) for row in unit_scores.score_units("agent", units)]


@pytest.mark.parametrize(("count", "believed"), [(5, 0.05), (50, 0.34), (500, 0.84)])
def test_belief_grows_with_the_voices_as_published(count: int, believed: float):
    # between-agent deviation of 8 points, answers with a deviation of 78.5
    spread = Spread(mean=0.0, within=78.5**2, between=8.0**2)

    weight = unit_scores.shrinkage_weights(spread, numpy.array([float(count)]))

    assert weight[0] == pytest.approx(believed, abs=0.005)


def test_spread_is_that_of_the_hand_computed_example():
    # two units of two voices: means 0 and 10, within variance 2; Q = 2/2 x (25 + 25) = 50,
    # scale 2 - 2/2 = 1, between (50 - 1) / 1 = 49
    units = [voices("a", numpy.array([-1.0, 1.0])), voices("b", numpy.array([9.0, 11.0]))]

    spread = unit_scores.measure_spread(units)

    assert (spread.mean, spread.within, spread.between) == pytest.approx((5.0, 2.0, 49.0))


def test_few_voices_are_drawn_to_the_mean_and_many_are_believed():
    rng = numpy.random.default_rng(20)
    units, _ = company(rng, 12, [200] * 30)
    units += [voices("few", numpy.full(2, 100.0)), voices("many", rng.normal(60, 78.5, 400))]

    rows = {row["unit_key"]: row for row in score(units)}

    assert rows["few"]["raw_score"] == 100
    assert rows["few"]["score"] < rows["many"]["score"]
    assert rows["many"]["unit_rank"] == 1
    assert rows["few"]["rank_high"] - rows["few"]["rank_low"] > 20


def test_intervals_cover_the_truth_in_95_of_100():
    rng = numpy.random.default_rng(5)
    covered = []
    for _ in range(20):
        sizes = [int(size) for size in rng.integers(5, 300, 60)]
        units, truth = company(rng, 15, sizes)
        covered += [
            row["score_low"] <= mean <= row["score_high"]
            for row, mean in zip(score(units), truth, strict=True)
        ]

    assert 0.92 < numpy.mean(covered) < 0.98


def test_no_difference_beyond_chance_ranks_nobody():
    same = numpy.tile([-50.0, 50.0], 20)

    rows = score([voices(f"{number}", same) for number in range(8)])

    assert {row["between_deviation"] for row in rows} == {0.0}
    assert {(row["rank_low"], row["rank_high"]) for row in rows} == {(1, 8)}


def test_peers_are_ranked_among_themselves():
    rng = numpy.random.default_rng(3)
    units = [
        voices(name, rng.normal(mean, 5, 100), peers)
        for name, mean, peers in (("a", 50, "x"), ("b", 0, "x"), ("c", 30, "y"), ("d", 20, "y"))
    ]

    rows = {row["unit_key"]: row for row in score(units)}

    assert [rows[key]["unit_rank"] for key in "abcd"] == [1, 4, 2, 3]
    assert [rows[key]["peer_rank"] for key in "abcd"] == [1, 2, 1, 2]
    assert {row["peer_count"] for row in rows.values()} == {2}


def test_one_unit_has_nobody_to_be_compared_with():
    assert score([voices("only", numpy.ones(5))]) == []
