"""How many feedback records per second are landed: from SQL, from files and over HTTP.

    python -m benchmarks.landing [--rows 200000] [--http-rows 40000] [--json FILE]

Rows are made up (reproducible, about 60 Chinese characters each). Every source is loaded by its
connector, as a night would: read, contract, quarantine, merge, watermark; in a process and a
PostgreSQL of its own. `again` is a full load of the same once more: all is compared, nothing
written. The limit is a plain COPY of the very rows that were landed, into a table with the same
key. Peak memory is that of the loading process; a quarter of the rows shows whether it is flat.
CPU time is told apart: of the loading process (its start included), and of PostgreSQL. It says
more than the wall where other jobs want the same cores: their sum, over two cores, is the bound.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import os
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import psutil
import yaml

from benchmarks.landing_sources import SOURCES, Source
from benchmarks.temporary_database import temporary_database
from ingestion.landing import ensure_tables
from ingestion.registry import load_source
from warehouse.local_postgres import locate
from warehouse.postgres import connect
from warehouse.settings import Settings


def measure(source: Source, rows: int) -> dict[str, Any]:
    """Land `rows` records of one source; return the figures. Runs in a process of its own."""
    with (
        temporary_database() as database,
        tempfile.TemporaryDirectory(prefix="voc-landing-") as folder,
    ):
        ensure_tables(database)
        with source.serving(database, Path(folder), rows) as addressed:
            settings = configure(addressed, Path(folder), source)
            first = clock(settings, lambda: load_source(settings, source.name))
            again = clock(settings, lambda: load_source(settings, source.name, full=True))
        landed = first["report"].rows_landed
        if landed != rows or again["report"].rows_landed != rows:
            raise SystemExit(f"{source.title}: {landed:,} of {rows:,} rows were landed")
        # before all rows are held in memory for COPY
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        copy_seconds, table_bytes = measure_copy(database, source.table)
    return {
        "source": source.title,
        "rows": rows,
        "per_second": rows / first["seconds"],
        "again_per_second": rows / again["seconds"],
        "copy_per_second": rows / copy_seconds,
        "cpu_us_per_row": first["cpu_seconds"] / rows * 1e6,
        "server_us_per_row": first["server_seconds"] / rows * 1e6,
        "bytes_per_row": table_bytes / rows,
        "peak_mb": most,
    }


def configure(settings: Settings, folder: Path, source: Source) -> Settings:
    """Return settings whose only source is the one to measure."""
    shutil.copytree(settings.config_dir, folder / "config")
    content = yaml.safe_load((folder / "config" / "sources.yml").read_text(encoding="utf-8"))
    content["sources"] = {
        source.name: {
            **content["sources"].get(source.name, {}),
            **source.options,
            "enabled": True,
        }
    }
    text = yaml.safe_dump(content, allow_unicode=True)
    (folder / "config" / "sources.yml").write_text(text, encoding="utf-8")
    return settings.model_copy(update={"root": folder})


def clock(settings: Settings, work: Callable[[], Any]) -> dict[str, Any]:
    """Run `work`; return its report, wall seconds, and CPU seconds here and of PostgreSQL."""
    started, cpu_started = time.perf_counter(), time.process_time()
    server_started = measure_server(settings)
    report = work()
    return {
        "report": report,
        "seconds": time.perf_counter() - started,
        "cpu_seconds": time.process_time() - cpu_started,
        "server_seconds": measure_server(settings) - server_started,
    }


def measure_server(settings: Settings) -> float:
    """Return the CPU seconds that PostgreSQL and all its processes have used so far."""
    number = (locate(settings).data / "postmaster.pid").read_text().split()[0]
    server = psutil.Process(int(number))
    own = server.cpu_times()
    # a process that has ended counts among its parent's children, once
    seconds = own.user + own.system + own.children_user + own.children_system
    for process in server.children():
        times = process.cpu_times()
        seconds += times.user + times.system
    return seconds


def measure_copy(settings: Settings, table: str) -> tuple[float, int]:
    """Return the seconds of a plain COPY of a table's rows into its like, and their bytes."""
    with connect("voc_loader", settings, autocommit=True) as connection:
        content = io.BytesIO()
        with connection.cursor().copy(f"copy {table} to stdout") as reading:
            for block in reading:
                content.write(block)
        limit = f"{table}_limit"
        connection.execute(f"create table {limit} (like {table} including all)")
        started = time.perf_counter()
        with connection.cursor().copy(f"copy {limit} from stdin") as writing:
            writing.write(content.getbuffer())
        return time.perf_counter() - started, content.tell()


def measure_apart(source: Source, rows: int) -> dict[str, Any]:
    """Measure in a fresh process, so that its peak memory is its own."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=context) as pool:
        return pool.submit(measure, source, rows).result()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=200_000, help="records from SQL and files")
    parser.add_argument("--http-rows", type=int, default=40_000, help="records over HTTP")
    parser.add_argument("--only", choices=[source.kind for source in SOURCES])
    parser.add_argument("--no-quarter", action="store_true", help="skip the run on fewer rows")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    arguments = parser.parse_args()
    figures = []
    print(f"{date.today()}, {os.cpu_count()} cores, load average {psutil.getloadavg()[0]:.1f}")
    print(
        f"{'source':<28}{'rows':>9}{'rows/s':>9}{'again/s':>9}{'COPY/s':>9}"
        f"{'CPU us/row':>12}{'PG us/row':>11}{'bytes/row':>11}{'peak MB':>9}"
    )
    for source in SOURCES:
        if arguments.only not in (None, source.kind):
            continue
        rows = arguments.http_rows if source.kind == "http" else arguments.rows
        for count in (rows,) if arguments.no_quarter else (rows // 4, rows):
            found = measure_apart(source, count)
            figures.append(found)
            print(
                f"{found['source']:<28}{found['rows']:>9,}{found['per_second']:>9,.0f}"
                f"{found['again_per_second']:>9,.0f}{found['copy_per_second']:>9,.0f}"
                f"{found['cpu_us_per_row']:>12.1f}{found['server_us_per_row']:>11.1f}"
                f"{found['bytes_per_row']:>11.0f}"
                f"{found['peak_mb']:>9.0f}",
                flush=True,
            )
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, ensure_ascii=False, indent=2) + "\n")


if __name__ == "__main__":
    main()
