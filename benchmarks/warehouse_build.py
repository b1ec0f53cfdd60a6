"""How long the warehouse takes: core, statistics and marts anew, then an ordinary night.

    .venv/bin/python -m benchmarks.warehouse_build --feedback 1000000 --json out.json
    .venv/bin/python -m benchmarks.warehouse_build --state FOLDER  # keep it; again: a further night
    .venv/bin/python -m benchmarks.warehouse_build --feedback 1000000 --days 364  # 2,750 a day

Raw records and labels are made by SQL (`benchmarks.warehouse_records`), so neither landing nor the
NLP job is part of it; `--days` is how long the history is. Each step is run as the nightly DAG runs
it, its data tests included. The second night brings `--night` new records, 2 % late ones of any
age, corrected and withdrawn ones, cases that were solved, and customers that changed. Beside the
seconds of the clock stand those of processors, ours and PostgreSQL's: on a machine that does other
things too they are the figure.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psutil

from benchmarks import warehouse_records
from benchmarks.temporary_database import running_database, temporary_database
from ingestion import raw_tables
from stat_jobs import registry
from warehouse import dbt, local_postgres
from warehouse.postgres import connect
from warehouse.settings import Settings

HISTORY_AGE = timedelta(days=1)  # one load brings it all, the day before the first night
NEWEST = date(2026, 11, 17)  # where history ends
DAYS = 1092
CAMPAIGN_DAYS = 90  # one begins so often
CHANGED = 10_000  # each night corrects and withdraws among ten thousand other records
# what dbt says of a node: its name (long ones are cut) and its seconds
NODE = re.compile(r"\d+ of \d+ (?:OK \w+ .*?|PASS )(\S+) \.* ?\[.*? in ([\d.]+)s\]")
SLOWEST = 12  # nodes and statistics that are printed; the file has all


@dataclass
class Timing:
    """Seconds of a step: of the clock, of our processors, of PostgreSQL's, and of its parts."""

    wall: float
    cpu: float
    postgres_cpu: float
    parts: dict[str, float] = field(default_factory=dict)


def execute(settings: Settings, statements: str, values: dict[str, object]) -> None:
    """Run statements in one transaction, as the owner of everything; chance is always the same."""
    with connect("voc_admin", settings) as connection:
        connection.execute("select setseed(0.5)")
        for statement in statements.split(";\n"):
            if statement.strip():
                connection.execute(statement, values)  # type: ignore[arg-type]
    with connect("voc_admin", settings, autocommit=True) as connection:
        connection.execute("analyze")


def build(settings: Settings, name: str, run_id: str) -> dict[str, float]:
    """Build and test one step of a night in a target folder of its own; seconds of each node."""
    folder = Path(os.environ["DBT_LOG_PATH"]) / dbt.STEPS[name].target
    output = dbt.build(settings, name, run_id, "--target-path", str(folder))
    return {node: float(seconds) for node, seconds in NODE.findall(output)}


def run_statistics(settings: Settings) -> dict[str, float]:
    """Run every statistic that is due, two at once; return the seconds of each."""
    seconds: dict[str, float] = {}
    registry.run_all(settings, lambda name, taken: seconds.update({name: round(taken, 2)}))
    return seconds


def measure(settings: Settings, step: Callable[[Settings], dict[str, float]]) -> Timing:
    """Run one step and return what it took."""
    wall, cpu, server = time.monotonic(), own_cpu(), postgres_cpu(settings)
    parts = step(settings)
    slowest = dict(sorted(parts.items(), key=lambda part: -part[1]))
    return Timing(
        round(time.monotonic() - wall, 1),
        round(own_cpu() - cpu, 1),
        round(postgres_cpu(settings) - server, 1),
        slowest,
    )


def own_cpu() -> float:
    """Return the processor seconds of this process and of those that it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def postgres_cpu(settings: Settings) -> float:
    """Return the processor seconds of the embedded server and of all its sessions until now."""
    pid_file = local_postgres.locate(settings).data / "postmaster.pid"
    postmaster = psutil.Process(int(pid_file.read_text(encoding="utf-8").split()[0]))
    seconds = 0.0
    for process in (postmaster, *postmaster.children()):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:  # ended since: the postmaster has counted it
            continue
        seconds += times.user + times.system
        if process == postmaster:
            seconds += times.children_user + times.children_system
    return seconds


def run_night(settings: Settings, run_id: str) -> dict[str, Timing]:
    """Run the night's steps after landing, labelling left out; return what each took."""
    timings: dict[str, Timing] = {}

    def timed(name: str, step: Callable[[Settings], dict[str, float]]) -> None:
        timing = timings[name] = measure(settings, step)
        print(
            f"{name}: {timing.wall} s, processors {timing.cpu} + PostgreSQL "
            f"{timing.postgres_cpu} s, load {os.getloadavg()[0]:.1f}",
            flush=True,
        )
        for part, seconds in list(timing.parts.items())[:SLOWEST]:
            print(f"    {seconds:8.2f} {part}", flush=True)

    timed("staging", lambda chosen: build(chosen, "staging", run_id))
    execute(settings, warehouse_records.LABELS, {})
    timed("core", lambda chosen: build(chosen, "core", run_id))
    timed("statistics", run_statistics)
    timed("marts", lambda chosen: build(chosen, "marts", run_id))
    return timings


def land_history(settings: Settings, feedback: int, days: int) -> dict[str, int]:
    """Make the records of so many days; return the numbers that later nights go on from."""
    numbers = {
        "customers": max(feedback // 4, 100),
        "orders": feedback,
        "campaigns": max(days // CAMPAIGN_DAYS, 1),
        "feedback": feedback,
        "days": days,
        "earlier": 0,
    }
    raw_tables.ensure_tables(settings)
    registry.create_tables(settings)
    build(settings, "reference", "first")
    loaded = datetime.now(UTC) - HISTORY_AGE
    start = NEWEST - timedelta(days=days)
    span = {
        "newest": NEWEST,
        "start": start,
        "before": start - timedelta(days=1),
        "first": 1,
        "last": feedback,
        "loaded": loaded,
    }
    for statements in (warehouse_records.PEOPLE, warehouse_records.FEEDBACK):
        execute(settings, statements, numbers | span)
    return numbers


def land_night(settings: Settings, numbers: dict[str, int], night: int) -> None:
    """Make the records of an ordinary night on top."""
    first, now = numbers["feedback"] + 1, datetime.now(UTC)
    last = first + night - 1
    new = {"newest": "2026-11-21", "days": 1, "first": first, "last": last}
    late = {"newest": "2026-11-20", "first": last + 1, "last": last + night // 50}
    for window in (new, late):
        values = {**numbers, **window, "loaded": now}
        execute(settings, warehouse_records.FEEDBACK, values)
    execute(settings, warehouse_records.CHANGES, {**numbers, "night": night, "loaded": now})


def total(timings: dict[str, Timing]) -> dict[str, float]:
    """Add up the steps."""
    return {
        name: round(sum(getattr(timing, name) for timing in timings.values()), 1)
        for name in ("wall", "cpu", "postgres_cpu")
    }


def first_night(settings: Settings, feedback: int, days: int, kept: Path) -> dict[str, Timing]:
    """Land history and build everything anew; leave in `kept` what later nights go on from."""
    numbers = land_history(settings, feedback, days)
    timings = run_night(settings, "first")
    kept.write_text(json.dumps(numbers), encoding="utf-8")
    return timings


def next_night(settings: Settings, night: int, kept: Path) -> dict[str, Timing]:
    """Land an ordinary night on top of what is there and build it."""
    numbers = json.loads(kept.read_text(encoding="utf-8"))
    land_night(settings, numbers, night)
    now = {
        "feedback": numbers["feedback"] + night + night // 50,
        "earlier": numbers["earlier"] + CHANGED,
    }
    kept.write_text(json.dumps(numbers | now), encoding="utf-8")
    return run_night(settings, f"night-{now['earlier'] // CHANGED}")


def main() -> None:
    """Measure in a PostgreSQL of its own and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--feedback", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=DAYS, help="how long the history is")
    parser.add_argument("--night", type=int, default=3_000)
    parser.add_argument(
        "--state",
        type=Path,
        help="keep the database in this folder; where it holds one, measure one more night",
    )
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with ExitStack() as stack:
        if arguments.state:
            folder = arguments.state.resolve()
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            settings = stack.enter_context(running_database(folder))
        else:
            settings = stack.enter_context(temporary_database())
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        os.environ["DBT_LOG_PATH"] = str(folder / "dbt")
        kept = folder / "numbers.json"
        load_before = os.getloadavg()[0]
        nights = {}
        if not kept.exists():
            nights["full"] = first_night(settings, arguments.feedback, arguments.days, kept)
        nights["ordinary_night"] = next_night(settings, arguments.night, kept)
        history = json.loads(kept.read_text(encoding="utf-8"))
    report = {
        "feedback": history["orders"],  # of the first load
        "days": history["days"],
        "night": arguments.night,
        "cores": os.cpu_count(),
        "load_before": round(load_before, 1),
        **{f"{name}_total": total(timings) for name, timings in nights.items()},
        **{
            name: {step: vars(timing) for step, timing in timings.items()}
            for name, timings in nights.items()
        },
    }
    print(json.dumps({name: report[f"{name}_total"] for name in nights}, indent=2))
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
