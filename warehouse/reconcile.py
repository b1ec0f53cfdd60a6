"""Reconcile each stage of the path with the one before it: nothing lost, nothing doubled.

    rows_in = rows_out + rows_set_aside        per equation and source

Every measure goes to `ops.stage_counts`, balanced or not; then an imbalance stops the run.
"""

from __future__ import annotations

from collections.abc import Sequence

from warehouse.equations import EQUATIONS
from warehouse.ledger import record_stage_counts
from warehouse.postgres import connect
from warehouse.settings import Settings
from warehouse.stage_counts import StageCount


class OutOfBalance(RuntimeError):
    """Rows were lost, doubled or came from nowhere between two stages; the message says where."""

    def __init__(self, counts: Sequence[StageCount]) -> None:
        self.counts = tuple(counts)
        super().__init__(
            "\n".join(
                f"{count.describe()}. Next step: {EQUATIONS[count.equation].next_step}"
                for count in counts
            )
        )


def reconcile(
    settings: Settings, run_id: str, equations: list[str] | None = None
) -> list[StageCount]:
    """Measure the named equations (default: all), record them, and return one count per source.

    Raises `OutOfBalance` after recording when any of them does not hold, and `ValueError` for an
    unknown equation. Running it again for the same run replaces the record.
    """
    names = list(EQUATIONS) if equations is None else equations
    if unknown := [name for name in names if name not in EQUATIONS]:
        raise ValueError(f"unknown equations {unknown}: expected some of {list(EQUATIONS)}")
    counts = [count for name in names for count in _measure(settings, run_id, name)]
    if wrong := [count for count in counts if not count.is_balanced]:
        raise OutOfBalance(wrong)
    return counts


def _measure(settings: Settings, run_id: str, name: str) -> list[StageCount]:
    equation = EQUATIONS[name]
    with connect(equation.role, settings) as connection:
        counts = equation.measure(connection, run_id)
    record_stage_counts(
        settings,
        run_id,
        [
            (name, count.source_slug, count.rows_in, count.rows_out, count.rows_set_aside)
            for count in counts
        ],
        role=equation.role,
    )
    return counts
