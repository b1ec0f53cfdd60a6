"""The warehouse path on a PostgreSQL of its own: int_feedback in, nlp.documents and units out."""

from __future__ import annotations

import time
from collections.abc import Sequence

import psutil
import psycopg

from benchmarks.temporary_database import temporary_database
from nlp_jobs import batch
from warehouse import local_postgres
from warehouse.settings import Settings


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
