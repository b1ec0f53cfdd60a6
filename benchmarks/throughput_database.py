"""The warehouse path on a PostgreSQL of its own: int_feedback in, nlp.documents and units out."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg

from nlp_jobs import batch
from warehouse import credentials, local_postgres, migrate, roles
from warehouse.settings import Settings, load_settings


@contextmanager
def temporary_database() -> Iterator[Settings]:
    """A migrated database in a folder that goes afterwards; no other installation is touched."""
    before = os.environ.get("VOC_STATE_DIR")
    with tempfile.TemporaryDirectory(prefix="voc-throughput-") as folder:
        os.environ["VOC_STATE_DIR"] = folder
        credentials.ensure_credentials(Path(folder))
        port = local_postgres.free_port(57000)
        (Path(folder) / "settings.json").write_text(json.dumps({"pg_port": port}))
        settings = load_settings()
        local_postgres.ensure_running(settings)
        try:
            roles.ensure_roles(settings)
            migrate.migrate(settings)
            yield settings
        finally:
            local_postgres.remove(settings)
            if before is None:
                del os.environ["VOC_STATE_DIR"]
            else:
                os.environ["VOC_STATE_DIR"] = before


def fill(settings: Settings, texts: Sequence[str]) -> None:
    """Put the texts where the batch job reads feedback."""
    url = settings.database_url("voc_admin")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            """
            create table intermediate.int_feedback (
                feedback_key text primary key, source_slug text, text text, turns jsonb,
                text_hash text
            )
            """
        )
        with (
            connection.cursor() as cursor,
            cursor.copy(
                "copy intermediate.int_feedback (feedback_key, source_slug, text, text_hash) "
                "from stdin"
            ) as copy,
        ):
            for number, text in enumerate(texts):
                # keys as the warehouse makes them: spread evenly, 32 hexadecimal digits
                key = f"{number * 0x9E3779B97F4A7C15 % (1 << 64):016x}{number:016x}"
                copy.write_row((key, "benchmark", text.replace("\0", ""), f"{number:032x}"))
        connection.execute("grant select on intermediate.int_feedback to voc_nlp")
        connection.execute("analyze intermediate.int_feedback")


def measure_database(texts: Sequence[str], workers: int) -> dict[str, float]:
    """Reviews per second from the first read to the last commit, with workers that are warm."""
    batch_size = max(1, min(5000, len(texts) // (6 * workers)))
    with temporary_database() as settings:
        fill(settings, texts)
        batches = batch.plan_batches(settings, batch_size)
        warm_up = 2 * workers
        with batch.open_workers(settings, workers) as run_batches:
            for _ in run_batches(batches[:warm_up]):
                pass
            started, cpu_started = time.perf_counter(), _cpu_seconds(settings)
            labelled = sum(result["document_count"] for result in run_batches(batches[warm_up:]))
            seconds = time.perf_counter() - started
            cpu_seconds = _cpu_seconds(settings) - cpu_started
    return {
        "documents": labelled,
        "per_second": labelled / seconds,
        "per_cpu_second": labelled / cpu_seconds,
    }


def _cpu_seconds(settings: Settings) -> float:
    """CPU seconds of this process, its workers and the database so far, ended ones included."""
    postmaster = (local_postgres.locate(settings).data / "postmaster.pid").read_text().split()[0]
    seconds = 0.0
    for root in (psutil.Process(), psutil.Process(int(postmaster))):
        own = root.cpu_times()
        seconds += own.user + own.system + own.children_user + own.children_system
        for child in root.children(recursive=True):
            if child.pid != int(postmaster):
                times = child.cpu_times()
                seconds += times.user + times.system
    return seconds
