"""How often does the night find what was planted, over many simulated companies?

    .venv/bin/python -m benchmarks.truth_seeds --seeds 10 --feedback 20000 --years 3 --json FILE

Each seed is a company of its own, labelled by the truth (`truth_company`): what is missed is missed
by the statistics or for want of data, not by labelling. Seeds that FILE holds already, with the
same plan, are not run again. Printed per planted cause: seeds in which it was judged rightly, mean
estimate, truth, and how many intervals hold the truth. Where the truth has no value in the unit of
the statistic, an interval is held against the mean estimate of the other seeds, whose own error it
is widened for: that shows whether intervals are of the right width, not whether they are biased.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.oracle_labels import read_texts
from benchmarks.truth_checks import Finding, check_all, read_causes
from benchmarks.truth_company import empty_warehouse, true_company
from simulator.plan import Plan
from stat_jobs import registry
from warehouse.postgres import connect
from warehouse.settings import Settings

# the statistics that look for planted causes
JOBS = ("theme_trend", "theme_cohort", "breakpoint_lift", "nps_drivers", "churn_hazard", "surge")
FIRST_SEED = 20
END = date(2026, 11, 21)
# lifts and effects differ from seed to seed by chance alone
SPREAD_CAUSES = {"handoff", "driver"}
MIN_SEEDS = 5


def main() -> None:
    """Run the seeds that are missing, write each to the file, print the table of all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--feedback", type=int, default=20_000)
    parser.add_argument("--years", type=int, default=3)
    parser.add_argument("--json", type=Path, required=True, help="findings, one plan each")
    arguments = parser.parse_args()
    plans = [
        Plan(arguments.feedback, arguments.years, FIRST_SEED + number, END)
        for number in range(arguments.seeds)
    ]
    runs: list[dict[str, Any]] = []
    if arguments.json.exists():
        runs = json.loads(arguments.json.read_text(encoding="utf-8"))
    missing = [plan for plan in plans if plan.describe() not in [run["plan"] for run in runs]]
    if missing:
        with empty_warehouse() as template:
            for plan in missing:
                runs.append(measure(template, plan))
                arguments.json.write_text(json.dumps(runs, ensure_ascii=False, indent=1) + "\n")
                print(f"seed {plan.seed}: {runs[-1]['seconds']}", flush=True)
    wanted = [plan.describe() for plan in plans]
    Console(width=150).print(tabulate([run for run in runs if run["plan"] in wanted]))


def measure(template: Settings, plan: Plan) -> dict[str, Any]:
    """Simulate one company, run the statistics, and return what they found of its truth."""
    started = time.monotonic()
    with true_company(template, plan) as (settings, folder):
        seconds = {"company": round(time.monotonic() - started, 1)}
        for name in JOBS:
            started = time.monotonic()
            with registry.one_thread_of_algebra():
                registry.JOBS[name](settings)
            seconds[name] = round(time.monotonic() - started, 1)
        with connect("voc_stats", settings) as connection:
            found = check_all(connection, read_causes(folder), read_texts(folder))
    return {
        "plan": plan.describe(),
        "seconds": seconds,
        "findings": [asdict(finding) for finding in found],
    }


def tabulate(runs: Sequence[dict[str, Any]]) -> Table:
    """Lay out what became of each cause over all runs."""
    findings: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for run in runs:
        for found in run["findings"]:
            findings[found["cause"], found["name"]].append(Finding(**found))
    table = Table(title=f"Recovered truth, true labels, {len(runs)} seeds", title_justify="left")
    for column in ("cause", "name", "judged rightly", "mean estimate", "truth", "covered"):
        table.add_column(column, overflow="fold")
    held = tried = 0
    for (cause, name), items in findings.items():
        judged = [item.is_found for item in items if item.is_found is not None]
        estimates = [item.estimate for item in items if item.estimate is not None]
        truths = [item.truth for item in items if item.truth is not None]
        covered = count_covered(items)
        if cause != "churn":  # planted ratios are bounds there
            held, tried = held + sum(covered), tried + len(covered)
        table.add_row(
            cause,
            name,
            f"{sum(judged)} of {len(judged)}" if judged else "-",
            f"{sum(estimates) / len(estimates):.3g}" if estimates else "-",
            f"{sum(truths) / len(truths):.3g}" if truths else "-",
            f"{sum(covered)} of {len(covered)}" if covered else "-",
        )
    notes = []
    leads = [
        item.estimate
        for (cause, name), items in findings.items()
        if cause == "surge" and name not in ("median lead", "other alarms")
        for item in items
        if item.estimate is not None
    ]
    if leads:
        notes.append(f"median lead of {len(leads)} surges {median(leads)} days")
    if tried:
        low, high = wilson(held, tried)
        notes.append(f"intervals that hold: {held} of {tried}, {low:.3f} to {high:.3f}")
    table.caption = "; ".join(notes)
    return table


def count_covered(items: Sequence[Finding]) -> list[bool]:
    """Does each interval hold its truth, or else the mean of the other seeds?"""
    ends = [
        (item.estimate, item.low, item.high, item.truth)
        for item in items
        if item.estimate is not None and item.low is not None and item.high is not None
    ]
    if any(truth is not None for *_, truth in ends):
        return [low <= truth <= high for _, low, high, truth in ends if truth is not None]
    if len(ends) < MIN_SEEDS or items[0].cause not in SPREAD_CAUSES:
        return []
    total = sum(estimate for estimate, *_ in ends)
    wider = math.sqrt(1 + 1 / (len(ends) - 1))
    covered = []
    for estimate, low, high, _ in ends:
        middle = (total - estimate) / (len(ends) - 1)
        covered.append(
            estimate - wider * (estimate - low) <= middle <= estimate + wider * (high - estimate)
        )
    return covered


def wilson(held: int, tried: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927)."""
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(held, tried, method="wilson")
    return float(low), float(high)


if __name__ == "__main__":
    main()
