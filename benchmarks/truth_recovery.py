"""Does the night find what the simulator planted? Cause by cause, with true and with own labels.

    make bench-truth STATE=FOLDER
    .venv/bin/python -m benchmarks.truth_recovery --state FOLDER [--json FILE] [--skip-oracle]

FOLDER is the state folder of an installation that holds a simulated company and has run a night:

    VOC_STATE_DIR=FOLDER voc demo --no-serve --feedback 20000 --years 2 --seed 20

The statistics are computed anew on the pipeline's own labels; then on a copy of the database whose
labels are the simulator's (`oracle_labels`). The difference is what labelling loses. False alarms
where nothing happens at all: `benchmarks.surge_alarms`.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.oracle_labels import oracle_database, read_texts
from benchmarks.truth_checks import Finding, check_all, read_causes
from stat_jobs import registry
from warehouse.postgres import connect
from warehouse.settings import Settings, load_settings

MARKS = {True: "yes", False: "NO", None: "-"}


def main() -> None:
    """Measure, print one table per kind of labels, and write JSON when asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--state", type=Path, required=True, help="state folder of a demo")
    parser.add_argument("--json", type=Path, help="write the findings to this file")
    parser.add_argument("--skip-oracle", action="store_true", help="own labels alone")
    arguments = parser.parse_args()
    os.environ["VOC_STATE_DIR"] = str(arguments.state.resolve())
    settings = load_settings()
    texts = read_texts(settings.company_dir)
    findings = {"own labels": measure(settings, texts)}
    if not arguments.skip_oracle:
        with oracle_database(settings, texts) as oracle:
            findings["true labels"] = measure(oracle, texts)
    console = Console(width=160)
    for labels, found in findings.items():
        console.print(tabulate(labels, found, len(texts)))
    if arguments.json:
        document = {labels: [asdict(item) for item in found] for labels, found in findings.items()}
        arguments.json.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def measure(settings: Settings, texts: dict[tuple[str, str], dict]) -> list[Finding]:
    """Run every statistic on a database and check it against the truth."""
    started = time.monotonic()
    registry.run_all(settings)
    seconds = time.monotonic() - started
    causes = read_causes(settings.company_dir)
    with connect("voc_stats", settings) as connection:
        found = check_all(connection, causes, texts)
    return [*found, Finding("statistics", "run", None, f"{seconds:.0f} s")]


def tabulate(labels: str, found: list[Finding], texts: int) -> Table:
    """Lay the findings out as a table."""
    table = Table(title=f"Recovered truth, {labels}, {texts:,} texts", title_justify="left")
    for column in ("cause", "name", "found", "what was seen"):
        table.add_column(column, overflow="fold")
    for item in found:
        table.add_row(item.cause, item.name, MARKS[item.is_found], item.detail)
    return table


if __name__ == "__main__":
    main()
