"""Validated records -> raw_* through dlt: Arrow tables, COPY, merge on the primary key.

Data flow:
    connector's candidates
        -> EntityLoad.iter_tables()    contract, quarantine, what is new or changed
        -> dlt                         extract to disk, COPY into raw_*_landing, merge into raw_*
        -> mark_deleted()              what the source no longer has
        -> ops.loads, ops.watermarks   counts and how far the source has been read
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

from ingestion.deletions import mark_deleted
from ingestion.dlt_pipeline import Stream, run_pipeline
from ingestion.entity_load import EntityLoad, Progress
from ingestion.errors import SourceError
from ingestion.raw_tables import ensure_tables
from warehouse.ledger import finish_load, start_load
from warehouse.postgres import advisory_lock, connect, qualified
from warehouse.settings import Settings

__all__ = ["EntityReport", "LoadReport", "Progress", "Stream", "ensure_tables", "land"]


# several sources may fill one raw schema in the same night
LOCK_WAIT_SECONDS = 900


@dataclass(frozen=True)
class EntityReport:
    """What one load of one entity did. rows_read = rows_landed + rows_quarantined.

    rows_landed = rows_written + rows_unchanged + rows_superseded; `records_accepted` counts
    the records that fit the contract (fewer than rows where a row is a turn of a dialogue).
    `rows_deleted` raw rows, none of those read, were found to be gone from the source.
    """

    source_slug: str
    entity: str
    load_id: str
    rows_read: int
    rows_landed: int
    rows_quarantined: int
    rows_written: int
    rows_unchanged: int
    rows_superseded: int
    records_accepted: int
    rows_deleted: int
    quarantine_reasons: dict[str, int]
    new_columns: tuple[str, ...]
    watermark: datetime | None
    failure: SourceError | None = None


@dataclass(frozen=True)
class LoadReport:
    """What one load of one source did, entity by entity."""

    source: str
    entities: tuple[EntityReport, ...]

    @property
    def rows_read(self) -> int:
        """Return the rows read over all entities."""
        return sum(entity.rows_read for entity in self.entities)

    @property
    def rows_landed(self) -> int:
        """Return the rows landed over all entities."""
        return sum(entity.rows_landed for entity in self.entities)

    @property
    def rows_quarantined(self) -> int:
        """Return the rows quarantined over all entities."""
        return sum(entity.rows_quarantined for entity in self.entities)

    @property
    def rows_deleted(self) -> int:
        """Return the raw rows over all entities that the sources no longer have."""
        return sum(entity.rows_deleted for entity in self.entities)


def land(
    settings: Settings, source: str, streams: Sequence[Stream], progress: Progress | None = None
) -> LoadReport:
    """Land the streams of one source, all in one raw schema, and keep `ops` up to date.

    A stream whose source fails midway lands what it gave, keeps its watermark as far as that
    is safe, and the first such `SourceError` is raised at the end, after every other stream.
    Two loads into one raw schema at once: the second waits, for `LOCK_WAIT_SECONDS` at most.
    """
    schema = streams[0].entity.schema
    with (
        connect("voc_loader", settings, autocommit=True) as connection,
        advisory_lock(connection, f"ingestion:{schema}", wait_seconds=LOCK_WAIT_SECONDS),
    ):
        loads = [
            EntityLoad(stream.entity, stream.source_slug, settings.hmac_key, stream.load_id)
            for stream in streams
        ]
        with _recorded(settings, streams, loads), _collecting_rarely():
            run_pipeline(settings, connection, streams, loads, progress)
            for load in loads:
                load.rows_deleted = mark_deleted(
                    connection, load.entity, load.deletions, load.loaded_at
                )
        for load in loads:
            _close_corrected(connection, load)
        watermarks = [
            _advance_watermark(connection, stream, load)
            for stream, load in zip(streams, loads, strict=True)
        ]
    report = LoadReport(
        source,
        tuple(
            _make_report(load, watermark) for load, watermark in zip(loads, watermarks, strict=True)
        ),
    )
    for load in loads:
        if load.failure is not None:
            load.failure.report = report
            raise load.failure
    return report


@contextmanager
def _collecting_rarely() -> Iterator[None]:
    """Let Python look for garbage in cycles less often.

    A load makes millions of short-lived records and no cycles: to look through all that is in
    memory, again and again, would find nothing.
    """
    thresholds = gc.get_threshold()
    gc.set_threshold(100_000, *thresholds[1:])
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)


@contextmanager
def _recorded(
    settings: Settings, streams: Sequence[Stream], loads: Sequence[EntityLoad]
) -> Iterator[None]:
    """Open the loads in `ops.loads` and close them with their counts, however it ends."""
    for load in loads:
        start_load(settings, load.load_id, load.source_slug, load.entity.name)
    crash: BaseException | None = None
    try:
        yield
    except BaseException as failure:
        crash = failure
        raise
    finally:
        for stream, load in zip(streams, loads, strict=True):
            cause = crash or load.failure
            detail = stream.detail | {
                "rows_written": load.rows_written if crash is None else 0,
                "rows_unchanged": load.rows_unchanged,
                "rows_superseded": load.rows_superseded,
                "rows_deleted": load.rows_deleted,
                "quarantine_reasons": dict(load.quarantine_reasons),
                "new_columns": sorted(load.new_columns),
            }
            if cause is not None:
                detail["error"] = f"{type(cause).__name__}: {cause}"[:2000]
            finish_load(
                settings,
                load.load_id,
                status="success" if cause is None else "failed",
                rows_read=load.rows_read,
                # the merge is one transaction per table: after a crash count nothing as landed
                rows_landed=load.rows_landed if crash is None else 0,
                rows_quarantined=load.rows_quarantined,
                detail=detail,
            )


def _advance_watermark(
    connection: psycopg.Connection[Any], stream: Stream, load: EntityLoad
) -> datetime | None:
    """Move the watermark to the newest version landed; return where it stands.

    After a failure only if the source kept its promise to give the oldest first: else an older
    record may be among those not read.
    """
    is_safe = load.failure is None or (stream.oldest_first and load.is_in_order)
    if stream.keeps_watermark and load.newest is not None and is_safe:
        connection.execute(
            """
            insert into ops.watermarks as present (source_slug, entity, watermark, load_id)
            values (%s, %s, %s, %s)
            on conflict (source_slug, entity) do update set
                watermark = excluded.watermark, load_id = excluded.load_id, updated_at = now()
            where excluded.watermark > present.watermark
            """,
            (load.source_slug, load.entity.name, load.newest, load.load_id),
        )
    row = connection.execute(
        "select watermark from ops.watermarks where source_slug = %s and entity = %s",
        (load.source_slug, load.entity.name),
    ).fetchone()
    return row[0] if row else None


def _close_corrected(connection: psycopg.Connection[Any], load: EntityLoad) -> None:
    """Mark quarantined records as replayed when this load landed a corrected copy of them.

    Imports are left alone: there an equal id may be another record.
    """
    if load.entity.version is None or not load.rows_written:
        return
    connection.execute(
        sql.SQL(
            """
            update ops.quarantine set status = 'replayed', resolved_at = now()
            from {table} as landed
            where landed._load_id = %(load_id)s and landed.{key} = quarantine.native_id
                and quarantine.source_slug = %(source)s and quarantine.entity = %(entity)s
                and quarantine.status = 'open' and quarantine.load_id <> %(load_id)s
            """
        ).format(table=qualified(load.entity.table), key=sql.Identifier(load.entity.key[-1])),
        {
            "load_id": load.load_id,
            "source": load.source_slug,
            "entity": load.entity.name,
        },
    )


def _make_report(load: EntityLoad, watermark: datetime | None) -> EntityReport:
    return EntityReport(
        source_slug=load.source_slug,
        entity=load.entity.name,
        load_id=load.load_id,
        rows_read=load.rows_read,
        rows_landed=load.rows_landed,
        rows_quarantined=load.rows_quarantined,
        rows_written=load.rows_written,
        rows_unchanged=load.rows_unchanged,
        rows_superseded=load.rows_superseded,
        records_accepted=load.records_accepted,
        rows_deleted=load.rows_deleted,
        quarantine_reasons=dict(load.quarantine_reasons),
        new_columns=tuple(sorted(load.new_columns)),
        watermark=watermark,
        failure=load.failure,
    )
