"""The dlt pipeline of one raw schema: Arrow tables to CSV, COPY into staging, merge by key."""

from __future__ import annotations

import importlib
import itertools
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from ingestion.candidates import Candidate, Deletion, Reject
from ingestion.contracts import Entity
from ingestion.entity_load import EntityLoad, Progress
from ingestion.errors import IngestionError
from ingestion.raw_tables import (
    NUMERIC_PRECISION,
    NUMERIC_SCALE,
    STAGING_LAYOUT,
    make_arrow_schema,
    write_csv,
)
from warehouse.settings import Settings

if TYPE_CHECKING:
    import dlt
    import psycopg
    import pyarrow

# so many rows at least go into one file, the last one apart; several files are copied at once
FILE_ROWS = 50_000
COPIES_AT_ONCE = 4

_DLT_TYPES: dict[str, dict[str, Any]] = {
    "text": {"data_type": "text"},
    "jsonb": {"data_type": "json"},
    "timestamptz": {"data_type": "timestamp"},
    "date": {"data_type": "date"},
    "numeric": {"data_type": "decimal", "precision": NUMERIC_PRECISION, "scale": NUMERIC_SCALE},
    "integer": {"data_type": "bigint", "precision": 32},
    "boolean": {"data_type": "bool"},
}


@dataclass(frozen=True)
class Stream:
    """The records of one entity, as a connector reads them.

    `source_slug` is what `ops` calls the source (a mapping's slug for imports).
    `keeps_watermark` is false when the source is not read by time; `oldest_first` is false when
    it gives records in another order than that of their changes: a load that fails midway then
    leaves the watermark where it was.
    """

    entity: Entity
    candidates: Iterable[Candidate | Reject | Deletion]
    source_slug: str
    keeps_watermark: bool = True
    oldest_first: bool = True
    detail: dict[str, Any] = field(default_factory=dict)
    load_id: str = field(default_factory=lambda: uuid4().hex)


def run_pipeline(
    settings: Settings,
    connection: psycopg.Connection[Any],
    streams: Sequence[Stream],
    loads: Sequence[EntityLoad],
    progress: Progress | None,
) -> None:
    """Write what the loads accept of their streams; raise an error of ours unwrapped.

    Nothing new in any stream means nothing to do, and dlt is not even imported.
    """
    pending: list[tuple[Entity, Iterable[Any]]] = []
    for stream, load in zip(streams, loads, strict=True):
        tables = load.iter_tables(connection, stream.candidates, progress)
        if pending:
            # read when its turn comes: a source should see one open connection of ours, not ten
            pending.append((load.entity, tables))
        elif (first := next(tables, None)) is not None:
            pending.append((load.entity, chain([first], tables)))
    if not pending:
        return
    _import_dlt()
    from dlt.pipeline.exceptions import PipelineStepFailed

    schema = streams[0].entity.schema
    folder = settings.state_dir / "dlt" / f"voc_{schema}"
    try:
        with _fresh_pipeline(settings, schema, folder) as pipeline:
            resources = [_make_resource(entity, tables, folder) for entity, tables in pending]
            pipeline.run(resources, loader_file_format="csv")
    except PipelineStepFailed as failed:
        own = _find_own(failed)
        if own is None:
            raise
        raise own from failed


def _find_own(failure: BaseException | None) -> IngestionError | None:
    """Return the error of ours inside those that dlt wraps around it."""
    while failure is not None:
        if isinstance(failure, IngestionError):
            return failure
        failure = failure.__cause__ or failure.__context__
    return None


def _import_dlt() -> ModuleType:
    # dlt reads these once, when it is first imported
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    # else it imports Airflow, where that is installed, and asks it for every setting
    os.environ["PROVIDERS__ENABLE_AIRFLOW_SECRETS"] = "false"
    # jsonb columns travel as text on purpose; dlt warns about that once per chunk
    os.environ.setdefault("RUNTIME__LOG_LEVEL", "ERROR")
    return importlib.import_module("dlt")


@contextmanager
def _fresh_pipeline(settings: Settings, schema: str, folder: Path) -> Iterator[dlt.Pipeline]:
    """Yield the pipeline of a raw schema with an empty working folder; it is gone afterwards.

    The folder holds records in clear on their way: none may stay, not even after a crash. What
    a crashed run left unloaded is read again from the source, because its watermark did not
    move. The caller holds the schema's lock.
    """
    dlt = _import_dlt()
    from dlt.destinations import postgres

    dlt.config["load.delete_completed_jobs"] = True
    dlt.config["load.truncate_staging_dataset"] = True
    dlt.config["extract.next_item_mode"] = "fifo"  # one stream after the other
    # the files live for seconds: to compress them takes longer than to write them
    dlt.config["data_writer.disable_compression"] = True
    dlt.config["load.workers"] = COPIES_AT_ONCE
    shutil.rmtree(folder, ignore_errors=True)
    try:
        yield dlt.pipeline(
            folder.name,
            pipelines_dir=str(folder.parent),
            destination=postgres(
                credentials=settings.database_url("voc_loader"),
                staging_dataset_name_layout=STAGING_LAYOUT,
            ),
            dataset_name=schema,
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make_resource(entity: Entity, tables: Iterable[pyarrow.Table], folder: Path) -> Any:
    """Return an entity as a resource of dlt: files, written when dlt asks for them.

    Given Arrow tables, dlt would write them as Parquet, read them again and then write this.
    """
    dlt = _import_dlt()

    def write_file() -> Iterator[Any]:
        remaining = iter(tables)
        for number in itertools.count():
            path = folder / f"{entity.name}_{number}.csv"
            count = write_csv(path, make_arrow_schema(entity), remaining, FILE_ROWS)
            if count:
                yield dlt.mark.with_file_import(str(path), "csv", count)
                path.unlink()  # dlt has a link of its own
            if count < FILE_ROWS:
                return

    hints: dict[str, Any] = {name: dict(_DLT_TYPES[sql]) for name, sql in entity.columns.items()}
    for name in entity.key:
        hints[name]["nullable"] = False
    if entity.version is not None:
        # two copies of a record in different chunks: the merge keeps the newer one
        hints[entity.version]["dedup_sort"] = "desc"
    return dlt.resource(
        write_file,
        name=entity.name,
        write_disposition={"disposition": "merge", "strategy": "delete-insert"},
        primary_key=entity.key,
        columns=hints,
        max_table_nesting=0,
    )
