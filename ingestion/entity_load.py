"""The load of one entity: validate, quarantine, leave out what is already there, count.

Every row that was read ends in exactly one of: written, unchanged (the raw table already holds
the same), superseded (a newer copy of the same id came with it or is already there) or
quarantined. The first three are what `ops.loads.rows_landed` counts, so
rows_read = rows_landed + rows_quarantined.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

from ingestion.candidates import Candidate, Deletion, Reject
from ingestion.contracts import ContractError, Entity, Problem, dump_extra, hash_row, validate
from ingestion.errors import SchemaChangedError, SourceError
from ingestion.quarantine_store import NewEntry, add_entries
from ingestion.raw_tables import make_arrow_table
from warehouse.postgres import qualified

if TYPE_CHECKING:
    import pyarrow

# called with what is being read and how many rows of it so far
Progress = Callable[[str, int], None]

CHUNK_ROWS = 5_000
# fewer records than this cannot tell a changed schema from a few broken records
SCHEMA_EVIDENCE_ROWS = 10
_SCHEMA_REASONS = frozenset({"missing_field", "wrong_type", "bad_date"})


@dataclass
class EntityLoad:
    """Counts and state of one load of one entity; one row of `ops.loads`."""

    entity: Entity
    source_slug: str
    hash_key: bytes
    load_id: str
    loaded_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    rows_read: int = 0
    rows_quarantined: int = 0
    rows_unchanged: int = 0
    rows_superseded: int = 0
    rows_written: int = 0
    records_accepted: int = 0
    rows_deleted: int = 0
    quarantine_reasons: Counter[str] = field(default_factory=Counter)
    new_columns: set[str] = field(default_factory=set)
    newest: datetime | None = None
    is_in_order: bool = True
    failure: SourceError | None = None
    # records that the source no longer has, to be marked when the others are written
    deletions: dict[tuple[str, ...], datetime | None] = field(default_factory=dict, repr=False)
    _payloads: Counter[bytes] = field(default_factory=Counter, repr=False)

    @property
    def rows_landed(self) -> int:
        """Return how many of the rows read the raw table now holds, as such or as a newer copy."""
        return self.rows_written + self.rows_unchanged + self.rows_superseded

    def iter_tables(
        self,
        connection: psycopg.Connection[Any],
        candidates: Iterable[Candidate | Reject | Deletion],
        progress: Progress | None = None,
    ) -> Iterator[pyarrow.Table]:
        """Yield what has to be written, a chunk at a time.

        A source that fails on the way is remembered in `failure`; what it gave before is landed.
        """
        try:
            for chunk in self._chunks(candidates):
                rows = self._take(connection, chunk)
                if progress is not None:
                    progress(f"{self.source_slug}.{self.entity.name}", self.rows_read)
                if rows:
                    yield make_arrow_table(self.entity, rows)
        except SchemaChangedError as failure:
            self.failure = failure

    def _chunks(
        self, candidates: Iterable[Candidate | Reject | Deletion]
    ) -> Iterator[list[Candidate | Reject | Deletion]]:
        chunk: list[Candidate | Reject | Deletion] = []
        try:
            for candidate in candidates:
                chunk.append(candidate)
                if len(chunk) == CHUNK_ROWS:
                    yield chunk
                    chunk = []
        except SourceError as failure:
            self.failure = failure
        if chunk:
            yield chunk

    def _take(
        self, connection: psycopg.Connection[Any], chunk: list[Candidate | Reject | Deletion]
    ) -> list[dict[str, Any]]:
        records: list[Candidate] = []
        rejected: list[tuple[Candidate | Reject, Problem]] = []
        accepted: list[tuple[dict[str, Any], int]] = []
        row_count = 0
        for candidate in chunk:
            if isinstance(candidate, Deletion):
                self._take_deletion(candidate)
                continue
            row_count += candidate.row_count
            if isinstance(candidate, Reject):
                rejected.append((candidate, candidate.problem))
                continue
            records.append(candidate)
            try:
                row = self._make_row(candidate)
            except ContractError as misfit:
                rejected.append((candidate, _locate(misfit.problem, candidate.place)))
                continue
            accepted.append((row, candidate.row_count))
            if self.deletions:
                self._take_back(row)
        self._check_schema(records, [problem for _, problem in rejected])

        self.rows_read += row_count
        self.records_accepted += len(accepted)
        for rejected_candidate, problem in rejected:
            self.rows_quarantined += rejected_candidate.row_count
            self.quarantine_reasons[problem.reason_code] += rejected_candidate.row_count
        add_entries(connection, (self._make_entry(*reject) for reject in rejected))
        return self._choose(connection, accepted)

    def _take_deletion(self, deletion: Deletion) -> None:
        self.deletions[deletion.key] = deletion.deleted_at
        if deletion.deleted_at is not None and self.entity.version is not None:
            self._advance(deletion.deleted_at)

    def _take_back(self, row: dict[str, Any]) -> None:
        """Forget the deletion of a record that came after it, unless it is an older copy."""
        key = tuple(row[name] for name in self.entity.key)
        if key not in self.deletions:
            return
        deleted_at = self.deletions[key]
        version = self.entity.version
        if deleted_at is None or version is None or row[version] > deleted_at:
            del self.deletions[key]

    def _make_row(self, candidate: Candidate) -> dict[str, Any]:
        row = validate(self.entity, candidate.values, self.hash_key)
        extra = dump_extra(self.entity, candidate.values)
        if extra is not None:
            self.new_columns |= candidate.values.keys() - self.entity.contract_columns.keys()
        row["_extra"] = extra
        row["_row_hash"] = hash_row(self.entity, row, extra)
        row["_loaded_at"] = self.loaded_at
        row["_load_id"] = self.load_id
        row["_deleted_at"] = None  # what a source delivers, it has
        return row

    def _make_entry(self, candidate: Candidate | Reject, problem: Problem) -> NewEntry:
        payload = candidate.dump_payload()
        occurrence = 1
        if self.entity.version is None:
            # equal rows of a file are different rows; a source's copies are the same record
            digest = hashlib.md5(payload.encode()).digest()
            self._payloads[digest] += 1
            occurrence = self._payloads[digest]
        return NewEntry(
            source_slug=self.source_slug,
            entity=self.entity.name,
            native_id=self._native_id(candidate),
            problem=problem,
            payload=payload,
            load_id=self.load_id,
            occurrence=occurrence,
        )

    def _native_id(self, candidate: Candidate | Reject) -> str | None:
        if isinstance(candidate, Reject):
            native_id: Any = candidate.native_id
        else:
            native_id = candidate.values.get(self.entity.key[-1])
        if native_id is None:
            return None
        # an id may be the very thing that is broken
        text = str(native_id)[:500].replace("\x00", "\\0")
        return text.encode("utf-8", "backslashreplace").decode()

    def _check_schema(self, records: list[Candidate], problems: list[Problem]) -> None:
        """Raise `SchemaChangedError` when a column is missing or retyped in every record."""
        if self.entity.version is None or len(records) < SCHEMA_EVIDENCE_ROWS:
            return
        delivered = set().union(*(record.values for record in records))
        for column in sorted(self.entity.source_columns - delivered):
            raise SchemaChangedError(
                self.source_slug,
                self.entity.name,
                column,
                f"the column is missing in all of {len(records)} records",
            )
        kinds = {
            ((problem.field or "").partition(".")[0], problem.reason_code) for problem in problems
        }
        if len(problems) == len(records) and len(kinds) == 1:
            ((column, reason_code),) = kinds
            if column and reason_code in _SCHEMA_REASONS:
                raise SchemaChangedError(
                    self.source_slug,
                    self.entity.name,
                    column,
                    f"none of {len(records)} records fits the contract ({problems[0].reason})",
                )

    def _choose(
        self, connection: psycopg.Connection[Any], accepted: list[tuple[dict[str, Any], int]]
    ) -> list[dict[str, Any]]:
        """Return the rows to write: the newest copy of each key, unless it is already there."""
        newest: dict[tuple[Any, ...], tuple[dict[str, Any], int]] = {}
        version = self.entity.version
        for row, row_count in accepted:
            key = tuple(row[name] for name in self.entity.key)
            if version is not None:
                self._advance(row[version])
            known = newest.get(key)
            if known is None:
                newest[key] = (row, row_count)
            elif version is not None and row[version] < known[0][version]:
                self.rows_superseded += row_count
            else:
                self.rows_superseded += known[1]
                newest[key] = (row, row_count)

        stored = self._stored(connection, list(newest))
        rows = []
        for key, (row, row_count) in newest.items():
            row_hash, present = stored.get(key, (None, None))
            if row_hash == row["_row_hash"]:
                self.rows_unchanged += row_count
            elif version is not None and present is not None and row[version] < present:
                self.rows_superseded += row_count
            else:
                self.rows_written += row_count
                rows.append(row)
        return rows

    def _advance(self, moment: datetime) -> None:
        if self.newest is None or moment >= self.newest:
            self.newest = moment
        else:
            self.is_in_order = False

    def _stored(
        self, connection: psycopg.Connection[Any], keys: list[tuple[Any, ...]]
    ) -> dict[tuple[Any, ...], tuple[str | None, datetime | None]]:
        """Return hash and version of those keys that the raw table already holds.

        A row that is marked as deleted counts as absent: when the record comes back, be it
        unchanged, it is written again and the mark goes.
        """
        if not keys:
            return {}
        names = sql.SQL(", ").join(map(sql.Identifier, self.entity.key))
        version = sql.Identifier(self.entity.version) if self.entity.version else sql.SQL("null")
        arrays = sql.SQL(", ").join([sql.SQL("%s::text[]")] * len(self.entity.key))
        query = sql.SQL(
            "select {names}, _row_hash, {version} from {table} "
            "inner join unnest({arrays}) as wanted ({names}) using ({names}) "
            "where _deleted_at is null"
        ).format(names=names, version=version, table=qualified(self.entity.table), arrays=arrays)
        columns = [list(column) for column in zip(*keys, strict=True)]
        width = len(self.entity.key)
        return {
            tuple(row[:width]): (row[width], row[width + 1])
            for row in connection.execute(query, columns)
        }


def _locate(problem: Problem, place: str | None) -> Problem:
    if place is None:
        return problem
    return Problem(problem.reason_code, f"{place}: {problem.reason}", problem.field)
