"""The warehouse job: label what is new in `int_feedback`, write `nlp.*`, keep it true.

    batches = plan_batches(settings)      # what is not labelled by the current pipeline
    for batch in batches:                 # anywhere, in any order, any number at a time
        run_batch(settings, batch)
    finish(settings)                      # labels of vanished feedback, duplicate clusters

Each step may be repeated: a batch replaces its own rows in one transaction and skips what is
labelled already. Batches are key ranges, so a plan stays small whatever the volume.
"""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from nlp_jobs.annotate import DOCUMENT_COLUMNS, UNIT_COLUMNS, Annotator, Feedback
from nlp_jobs.duplicates import mark_duplicates, write_signatures
from nlp_jobs.label_tables import copy_binary
from nlp_jobs.pipelines import BackEnds, pipeline_version
from warehouse.postgres import connect
from warehouse.settings import Settings

ROLE = "voc_nlp"
WORKERS = 2
RunBatches = Callable[[Sequence[dict[str, Any]]], Iterator[dict[str, int]]]
_UNLABELLED = """
    from intermediate.int_feedback as feedback
    where not exists (
        select 1
        from nlp.documents as documents
        where documents.feedback_key = feedback.feedback_key
            and documents.pipeline_version = %(pipeline_version)s
            and documents.text_hash = feedback.text_hash
    )
"""
_PLAN = f"""
    select min(feedback_key), max(feedback_key), count(*)
    from (
        select
            feedback.feedback_key,
            (row_number() over (order by feedback.feedback_key) - 1) / %(batch_size)s as batch
        {_UNLABELLED}
    ) as numbered
    group by batch
    order by batch
"""
_READ = f"""
    select
        feedback.feedback_key,
        feedback.text,
        feedback.turns,
        feedback.text_hash,
        feedback.source_slug
    {_UNLABELLED}
        and feedback.feedback_key between %(first_key)s and %(last_key)s
    order by feedback.feedback_key
"""


def plan_batches(settings: Settings, batch_size: int = 5000) -> list[dict[str, Any]]:
    """Register the current pipeline and cut the feedback that it has not labelled into batches.

    A batch is `{pipeline_version, first_key, last_key, feedback_count}`: JSON, small, and valid
    until the next plan.
    """
    version = plan_version(settings)
    with connect(ROLE, settings) as connection:
        register_pipeline(connection, version, settings.pack)
        planned = connection.execute(
            _PLAN, {"pipeline_version": version, "batch_size": batch_size}
        ).fetchall()
    return [
        {
            "pipeline_version": version,
            "first_key": first,
            "last_key": last,
            "feedback_count": count,
        }
        for first, last, count in planned
    ]


def plan_version(settings: Settings) -> str:
    """The version of the pipeline that these settings ask for."""
    return pipeline_version(settings.pack, settings.config_dir, BackEnds.of(settings))


def register_pipeline(connection: Connection[Any], version: str, pack: str) -> None:
    """Make `version` the one current pipeline; labels of the others stay."""
    connection.execute(
        "update nlp.pipelines set is_current = false where is_current and pipeline_version <> %s",
        (version,),
    )
    connection.execute(
        """
        insert into nlp.pipelines (pipeline_version, pack_slug, is_current)
        values (%s, %s, true)
        on conflict (pipeline_version) do update set is_current = true
        """,
        (version, pack),
    )


_KEY, _TEXT = DOCUMENT_COLUMNS.index("feedback_key"), DOCUMENT_COLUMNS.index("redacted_text")
_PII_COUNTS = DOCUMENT_COLUMNS.index("pii_counts")


def run_batch(settings: Settings, batch: dict[str, Any]) -> dict[str, int]:
    """Label one batch and write it in one transaction; returns the counts of what was written.

    Raises `ValueError` when the files of the pipeline changed after the batch was planned.
    """
    version = plan_version(settings)
    if batch["pipeline_version"] != version:
        raise ValueError(
            f"batch planned for pipeline {batch['pipeline_version']}, this is {version}: plan again"
        )
    with connect(ROLE, settings) as connection:
        feedback = [Feedback(*row) for row in connection.execute(_READ, batch).fetchall()]
        annotator = load_annotator(
            settings.pack, settings.config_dir, read_names(connection), BackEnds.of(settings)
        )
        documents: list[Sequence[Any]] = []
        units: list[Sequence[Any]] = []
        for document, document_units in annotator.annotate_values(feedback):
            documents.append(
                (
                    *document[:_PII_COUNTS],
                    Jsonb(document[_PII_COUNTS]),
                    *document[_PII_COUNTS + 1 :],
                )
            )
            units.extend(document_units)
        connection.execute(
            "delete from nlp.documents where pipeline_version = %s and feedback_key = any(%s)",
            (version, [item.feedback_key for item in feedback]),
        )
        copy_binary(connection, "nlp.documents", DOCUMENT_COLUMNS, documents)
        copy_binary(connection, "nlp.opinion_units", UNIT_COLUMNS, units)
        write_signatures(
            connection, version, ((document[_KEY], document[_TEXT]) for document in documents)
        )
    relevant = DOCUMENT_COLUMNS.index("is_relevant")
    return {
        "feedback_count": len(feedback),
        "document_count": len(documents),
        "unit_count": len(units),
        "irrelevant_count": sum(not document[relevant] for document in documents),
    }


def read_names(connection: Connection[Any]) -> tuple[str, ...]:
    """Names of customers and agents, for redaction only; a table that never landed adds none."""
    names: set[str] = set()
    for table, column in (("customers", "full_name"), ("agents", "agent_name")):
        found = connection.execute("select to_regclass(%s)", (f"raw_crm.{table}",)).fetchone()
        if found and found[0] is not None:
            rows = connection.execute(f"select distinct {column} from raw_crm.{table}").fetchall()  # type: ignore[call-overload]
            names.update(row[0] for row in rows if row[0])
    return tuple(sorted(names))


@lru_cache(maxsize=1)
def load_annotator(
    pack: str, config_dir: Path, names: tuple[str, ...], back_ends: BackEnds
) -> Annotator:
    """The annotator of this process; rebuilt only when pack, names or models changed."""
    return Annotator(pack, names, config_dir, back_ends)


def finish(settings: Settings) -> dict[str, int]:
    """Remove labels of feedback that no longer exists, then renew duplicate clusters."""
    version = plan_version(settings)
    with connect(ROLE, settings) as connection:
        removed = connection.execute(
            """
            delete from nlp.documents as documents
            where not exists (
                select 1
                from intermediate.int_feedback as feedback
                where feedback.feedback_key = documents.feedback_key
            )
            """
        ).rowcount
        changed = mark_duplicates(connection, version)
    return {"removed_count": removed, "reclustered_count": changed}


def run_all(
    settings: Settings,
    progress: Callable[[int, int], None] | None = None,
    batch_size: int = 5000,
    workers: int = WORKERS,
) -> dict[str, int]:
    """Plan, label in worker processes, finish; returns the summed counts.

    `progress(done, total)` is told after each batch, in pieces of feedback. Workers get key
    ranges and give back counts: no text and no doc crosses a process boundary.
    """
    batches = plan_batches(settings, batch_size)
    total = sum(batch["feedback_count"] for batch in batches)
    counts = {"feedback_count": 0, "document_count": 0, "unit_count": 0, "irrelevant_count": 0}
    with open_workers(settings, min(workers, len(batches))) as run_batches:
        for result in run_batches(batches):
            for name, count in result.items():
                counts[name] += count
            if progress is not None:
                progress(counts["feedback_count"], total)
    return {**counts, **finish(settings)}


@contextmanager
def open_workers(settings: Settings, workers: int) -> Iterator[RunBatches]:
    """Give a function that runs batches and yields their counts as they are ready.

    They run here when one process is enough, else in `workers` processes that end with the block.
    """
    if workers < 2:
        yield lambda batches: (run_batch(settings, batch) for batch in batches)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        workers, mp_context=context, initializer=_start_worker, initargs=(settings,)
    ) as pool:

        def run(batches: Sequence[dict[str, Any]]) -> Iterator[dict[str, int]]:
            futures = [pool.submit(run_batch, settings, batch) for batch in batches]
            try:
                for future in as_completed(futures):
                    yield future.result()
            finally:
                for future in futures:
                    future.cancel()

        yield run


def _start_worker(settings: Settings) -> None:
    """Load packs, word lists and weights, and keep the garbage collector off them for good."""
    with connect(ROLE, settings) as connection:
        load_annotator(
            settings.pack, settings.config_dir, read_names(connection), BackEnds.of(settings)
        )
    gc.collect()
    gc.freeze()
