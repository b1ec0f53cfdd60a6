"""How long does a simulated company take to build, and does its memory stay flat?

    python -m benchmarks.simulator [--sizes 20000 100000 1000000] [--years 3] [--dir DIR]

Each size is built by a process of its own. Prints a Markdown table: seconds by the wall and by the
processor, the most memory that was in use, and what was written.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from simulator.company import Plan, build

END = date(2026, 11, 21)


def measure(feedback: int, years: int, folder: Path) -> str:
    """Build one company in this process; return its row of the table."""
    started, busy = time.perf_counter(), time.process_time()
    build(Plan(feedback=feedback, years=years, seed=20, end=END), folder)
    wall, processor = time.perf_counter() - started, time.process_time() - busy
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    written = sum(path.stat().st_size for path in folder.rglob("*.jsonl")) / 1e6
    rate = feedback / processor
    return (
        f"| {feedback:,} | {wall:,.0f} | {processor:,.0f} | {rate:,.0f} | {most:,.0f} "
        f"| {written:,.0f} |"
    )


def main() -> None:
    """Measure every size asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.simulator", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[20_000, 100_000, 1_000_000])
    parser.add_argument("--years", type=int, default=3)
    parser.add_argument("--dir", type=Path, help="where to build; a temporary folder")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(measure(options.one, options.years, options.dir), flush=True)
        return
    print("| feedback | wall s | CPU s | feedback per CPU s | peak memory MB | written MB |")
    print("|--:|--:|--:|--:|--:|--:|", flush=True)
    for size in options.sizes:
        folder = Path(tempfile.mkdtemp(prefix="company-", dir=options.dir))
        arguments = ["--one", str(size), "--years", str(options.years), "--dir", str(folder)]
        subprocess.run([sys.executable, "-m", "benchmarks.simulator", *arguments], check=True)
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
