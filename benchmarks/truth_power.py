"""How much feedback does it take to see the planted cohort trends?

    .venv/bin/python -m benchmarks.truth_power [--draws 40]

Votes by quarter are drawn from the planted shares, for companies of growing size, three years each;
the test and its correction are those of the night. Idle topics enter the correction with p-values
of chance. Printed: share of draws judged rightly. Who votes: of 100 pieces of feedback in a
simulated company, 45 come from a customer whose age is known, one in a quarter; of those a quarter
is young.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

import numpy

from simulator.planted import THEMES, Theme
from stat_jobs import theme_cohort
from stat_jobs.theme_cohort import Cell, Shift, Slope

QUARTERS = 12
KNOWN_SHARE = 0.45
YOUNG_SHARE = 0.25
IDLE_TOPICS = 60
SIZES = (20_000, 50_000, 100_000, 200_000, 500_000)


def main() -> None:
    """Print one line per size."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--draws", type=int, default=40)
    parser.add_argument("--seed", type=int, default=20)
    arguments = parser.parse_args()
    rng = numpy.random.default_rng(arguments.seed)
    for size in SIZES:
        judged = [judge(rng, size) for _ in range(arguments.draws)]
        found = ", ".join(
            f"{theme.slug} {sum(verdicts[place] for verdicts in judged)} of {len(judged)}"
            for place, theme in enumerate(THEMES)
        )
        error = numpy.median([verdicts[-1] for verdicts in judged])
        print(f"{size:,} feedback: {found}; error of a difference {error:.4f}", flush=True)


def judge(rng: numpy.random.Generator, size: int) -> list[Any]:
    """Draw one company; return whether each theme is judged rightly, and the first one's error."""
    from statsmodels.stats.multitest import multipletests

    shifts = [theme_cohort.measure_shift(draw_cells(rng, theme, size)) for theme in THEMES]
    if any(shift is None for shift in shifts):
        return [False] * len(THEMES) + [float("nan")]
    known = [shift for shift in shifts if shift is not None]

    def correct(slopes: Sequence[Slope]) -> list[float]:
        chance = rng.uniform(size=IDLE_TOPICS)
        p_values = [slope.p_value for slope in slopes] + chance.tolist()
        return [float(q_value) for q_value in multipletests(p_values, method="fdr_bh")[1]]

    corrected = zip(
        correct([shift.cohort for shift in known]),
        correct([shift.others for shift in known]),
        correct([shift.difference for shift in known]),
        strict=True,
    )
    verdicts = [
        name_verdict(shift, q_values) for shift, q_values in zip(known, corrected, strict=False)
    ]
    wanted = ["cohort" if theme.cohort == "young" else "everyone" for theme in THEMES]
    rightly: list[Any] = [told == true for told, true in zip(verdicts, wanted, strict=True)]
    return [*rightly, known[0].difference.error]


def name_verdict(shift: Shift, q_values: tuple[float, float, float]) -> str:
    """Put one topic's q-values (cohort, others, difference) in a word."""
    return theme_cohort.name_verdict(shift, *q_values)


def draw_cells(rng: numpy.random.Generator, theme: Theme, size: int) -> list[Cell]:
    """Draw the votes for one theme by quarter and side."""
    voters = size * KNOWN_SHARE / QUARTERS
    cells = []
    for quarter in range(QUARTERS):
        progress = (quarter + 0.5) / QUARTERS
        for is_cohort in (True, False):
            first, last = (
                (theme.cohort_first_share, theme.cohort_last_share)
                if is_cohort
                else (theme.others_first_share, theme.others_last_share)
            )
            total = round(voters * (YOUNG_SHARE if is_cohort else 1 - YOUNG_SHARE))
            share = first + (last - first) * progress
            cells.append(Cell(quarter / 4, is_cohort, int(rng.binomial(total, share)), total))
    return cells


if __name__ == "__main__":
    main()
