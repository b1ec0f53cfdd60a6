"""SQL of the rates that charts show, with their 95 % intervals, recomputed from additive counts.

A rate is never the average of stored rates: whatever a reader filters or groups by, numerator and
denominator are summed first. Every expression is null below `HIDDEN_BELOW` answers, so that no
single person can be read out of a cell.

Formulas:
    balance  100 * (plus - minus) / n, for net sentiment and NPS. Interval: adjusted Wald with
             n + 3 answers, three quarters of an answer added to each end (the best of three for
             NPS in MeasuringU and Rocks 2016).
    share    100 * part / n. Interval: Wilson's score.

Limits: both take the answers as independent. Several opinions out of one call are not quite that,
so the intervals of net sentiment are somewhat too narrow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HIDDEN_BELOW = 5  # cells with fewer answers are not shown at all
SMALL_BELOW = 30  # cells with fewer answers are shown in grey

_Z = 1.959963984540054  # two-sided 95 %

ARITY = {"balance": 3, "share": 2}


@dataclass(frozen=True)
class EstimateSql:
    """SQL expressions of one estimate. All are percentages or points, null when n is too small."""

    point: str
    low: str
    high: str
    count: str
    solid: str  # the point where n allows to trust it, else null
    faint: str  # the point where n is small but not hidden, else null


def write_estimate(kind: str, columns: Sequence[str]) -> EstimateSql:
    """Write the SQL of a `balance` (plus, minus, n) or a `share` (part, n) over count columns.

    Raises ValueError for another kind or the wrong number of columns.
    """
    if len(columns) != ARITY.get(kind):
        raise ValueError(f"no estimate {kind!r} over {len(columns)} columns")
    count = f"sum({columns[-1]})"
    if kind == "balance":
        point, low, high = _balance(columns[0], columns[1], count)
    else:
        point, low, high = _share(columns[0], count)

    def shown(expression: str, condition: str = f"{count} >= {HIDDEN_BELOW}") -> str:
        return f"case when {condition} then {expression} end"

    return EstimateSql(
        point=shown(point),
        low=shown(low),
        high=shown(high),
        count=count,
        solid=shown(point, f"{count} >= {SMALL_BELOW}"),
        faint=shown(point, f"{count} >= {HIDDEN_BELOW} and {count} < {SMALL_BELOW}"),
    )


def _balance(plus: str, minus: str, count: str) -> tuple[str, str, str]:
    adjusted = f"({count} + 3.0)"
    up = f"(sum({plus}) + 0.75) / {adjusted}"
    down = f"(sum({minus}) + 0.75) / {adjusted}"
    centre = f"({up} - {down})"
    half = f"{_Z} * sqrt(greatest({up} + {down} - power({centre}, 2), 0) / {adjusted})"
    return (
        f"100.0 * (sum({plus}) - sum({minus})) / {count}",
        f"100.0 * greatest({centre} - {half}, -1)",
        f"100.0 * least({centre} + {half}, 1)",
    )


def _share(part: str, count: str) -> tuple[str, str, str]:
    square = _Z * _Z
    ratio = f"(1.0 * sum({part}) / {count})"
    scale = f"(1 + {square} / {count})"
    centre = f"({ratio} + {square} / (2 * {count}))"
    half = f"{_Z} * sqrt({ratio} * (1 - {ratio}) / {count} + {square} / power(2 * {count}, 2))"
    return (
        f"100.0 * {ratio}",
        f"100.0 * ({centre} - {half}) / {scale}",
        f"100.0 * ({centre} + {half}) / {scale}",
    )
