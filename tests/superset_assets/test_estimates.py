"""The SQL of the rates, run on a small table in SQLite and compared with published figures."""

from __future__ import annotations

import math
import sqlite3
from dataclasses import asdict

import pytest

from superset_assets.estimates import write_estimate

NPS = ("promoters", "detractors", "answers")


def compute(kind: str, columns: tuple[str, ...], rows: list[tuple[int, ...]]) -> dict[str, float]:
    """Every expression of the estimate over `rows` of count columns."""
    connection = sqlite3.connect(":memory:")
    for name, function in (("greatest", max), ("least", min), ("power", math.pow)):
        connection.create_function(name, 2, function)
    connection.create_function("sqrt", 1, math.sqrt)
    connection.execute(f"create table counts ({', '.join(columns)})")
    connection.executemany(f"insert into counts values ({', '.join('?' * len(columns))})", rows)
    expressions = asdict(write_estimate(kind, columns))
    values = connection.execute(f"select {', '.join(expressions.values())} from counts").fetchone()
    return dict(zip(expressions, values, strict=True))


@pytest.mark.parametrize(
    ("answers", "half_width"), [(30, 26.6), (100, 15.1), (400, 7.6), (1000, 4.8)]
)
def test_nps_interval_has_the_published_width(answers, half_width):
    nps = compute("balance", NPS, [(answers // 2, answers // 5, answers)])

    assert nps["point"] == pytest.approx(30)
    assert (nps["high"] - nps["low"]) / 2 == pytest.approx(half_width, abs=0.15)


def test_share_interval_is_wilsons():
    share = compute("share", ("part", "answers"), [(10, 100)])

    assert share["point"] == pytest.approx(10)
    assert (share["low"], share["high"]) == pytest.approx((5.523, 17.437), abs=0.001)


def test_rate_of_two_groups_is_not_the_mean_of_their_rates():
    nps = compute("balance", NPS, [(90, 0, 100), (0, 10, 10)])

    assert nps["point"] == pytest.approx(100 * (90 - 10) / 110)
    assert nps["count"] == 110


def test_a_unanimous_sample_still_has_an_interval():
    nps = compute("balance", NPS, [(30, 0, 30)])

    assert nps["low"] < nps["point"] == 100
    assert nps["high"] <= 100


@pytest.mark.parametrize(
    ("answers", "shown"),
    [(4, set()), (5, {"faint"}), (29, {"faint"}), (30, {"solid"})],
    ids=["hidden below five", "grey from five", "grey up to 29", "solid from thirty"],
)
def test_small_samples_are_hidden_or_set_apart(answers, shown):
    nps = compute("balance", NPS, [(answers, 0, answers)])

    assert {name for name in ("solid", "faint") if nps[name] is not None} == shown
    assert (nps["point"] is None) == (nps["low"] is None) == (nps["high"] is None) == (not shown)


@pytest.mark.parametrize(
    ("kind", "columns"), [("mean", ("a", "b")), ("balance", ("a", "b")), ("share", ("a",))]
)
def test_unknown_estimates_are_refused(kind, columns):
    with pytest.raises(ValueError, match="no estimate"):
        write_estimate(kind, columns)
