"""Reading and writing `ops.quarantine`. The verbs for people are in `ingestion.quarantine`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from ingestion.contracts import Problem
from ingestion.errors import IngestionError
from warehouse.postgres import connect
from warehouse.settings import Settings


@dataclass(frozen=True)
class NewEntry:
    """A record on its way into quarantine; `payload` is JSON text without NUL bytes.

    `occurrence` tells equal rows of one file apart (1, 2, ...), so that each is kept.
    """

    source_slug: str
    entity: str
    native_id: str | None
    problem: Problem
    payload: str
    load_id: str
    occurrence: int = 1

    @property
    def fingerprint(self) -> str:
        """Return what makes a second run of the same load add nothing."""
        parts = (self.source_slug, self.entity, str(self.occurrence), self.payload)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


@dataclass(frozen=True)
class Entry:
    """One row of `ops.quarantine`. `raw_payload` may hold personal data: never log it."""

    quarantine_id: int
    source_slug: str
    entity: str
    native_id: str | None
    reason_code: str
    reason: str
    field: str | None
    load_id: str
    status: str
    quarantined_at: datetime
    resolved_at: datetime | None
    raw_payload: str | None = None


_COLUMNS = (
    "quarantine_id, source_slug, entity, native_id, reason_code, reason, field, load_id, status, "
    "quarantined_at, resolved_at"
)


def add_entries(connection: psycopg.Connection[Any], entries: Iterable[NewEntry]) -> None:
    """Put records into quarantine; one that is already there stays as it is."""
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            insert into ops.quarantine
                (source_slug, entity, native_id, reason_code, reason, field, raw_payload, load_id,
                 fingerprint)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
            on conflict (fingerprint) do nothing
            """,
            [
                (
                    entry.source_slug,
                    entry.entity,
                    entry.native_id,
                    entry.problem.reason_code,
                    entry.problem.reason,
                    entry.problem.field,
                    entry.payload,
                    entry.load_id,
                    entry.fingerprint,
                )
                for entry in entries
            ],
        )


def list_entries(
    settings: Settings,
    *,
    source: str | None = None,
    entity: str | None = None,
    status: str | None = "open",
    limit: int | None = 100,
) -> list[Entry]:
    """Return quarantined records without their payloads, newest first; None means any."""
    with connect("voc_loader", settings) as connection:
        rows = connection.execute(
            f"""
            select {_COLUMNS} from ops.quarantine
            where (%(source)s::text is null or source_slug = %(source)s)
                and (%(entity)s::text is null or entity = %(entity)s)
                and (%(status)s::text is null or status = %(status)s)
            order by quarantine_id desc
            limit %(limit)s
            """,  # type: ignore[arg-type]
            {"source": source, "entity": entity, "status": status, "limit": limit},
        ).fetchall()
    return [Entry(*row) for row in rows]


def show_entry(settings: Settings, quarantine_id: int) -> Entry:
    """Return one quarantined record with its payload."""
    with connect("voc_loader", settings) as connection:
        row = connection.execute(
            f"select {_COLUMNS}, raw_payload from ops.quarantine where quarantine_id = %s",  # type: ignore[arg-type]
            (quarantine_id,),
        ).fetchone()
    if row is None:
        raise IngestionError(f"quarantine has no entry {quarantine_id}: see `voc quarantine list`")
    return Entry(*row)


def drop_entries(settings: Settings, quarantine_ids: Sequence[int]) -> int:
    """Mark open records as dropped for good (they stay on record); return how many were open."""
    return _resolve(settings, quarantine_ids, "dropped")


def mark_replayed(settings: Settings, quarantine_ids: Sequence[int]) -> int:
    """Mark open records as landed after all; return how many were open."""
    return _resolve(settings, quarantine_ids, "replayed")


def _resolve(settings: Settings, quarantine_ids: Sequence[int], status: str) -> int:
    with connect("voc_loader", settings) as connection:
        return connection.execute(
            "update ops.quarantine set status = %s, resolved_at = now() "
            "where quarantine_id = any(%s) and status = 'open'",
            (status, list(quarantine_ids)),
        ).rowcount
