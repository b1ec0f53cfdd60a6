"""The load of one entity: validate, quarantine, leave out what is already there, count.

Every row that was read ends in exactly one of: written, unchanged (the raw table already holds
the same), superseded (a newer copy of the same id came with it or is already there) or
quarantined. The first three are what `ops.loads.rows_landed` counts, so
rows_read = rows_landed + rows_quarantined.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import le
from typing import TYPE_CHECKING, Any

import psycopg

from ingestion.candidates import Candidate, Deletion, Reject
from ingestion.contracts import Batch, Entity, Problem, read_batch
from ingestion.errors import SchemaChangedError, SourceError
from ingestion.quarantine_store import NewEntry, add_entries
from ingestion.raw_tables import make_arrow_table
from ingestion.stored_rows import StoredRows

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
    _stored: StoredRows = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._stored = StoredRows(self.entity)

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
                columns = self._take(connection, chunk)
                if progress is not None:
                    progress(f"{self.source_slug}.{self.entity.name}", self.rows_read)
                if columns["_row_hash"]:
                    yield make_arrow_table(self.entity, columns, self._constants)
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

    @property
    def _constants(self) -> dict[str, Any]:
        """Return the columns that are the same in all rows of a load."""
        # what a source delivers, it has
        return {"_loaded_at": self.loaded_at, "_load_id": self.load_id, "_deleted_at": None}

    def _take(
        self, connection: psycopg.Connection[Any], chunk: list[Candidate | Reject | Deletion]
    ) -> dict[str, list[Any]]:
        """Return the columns of the rows to write."""
        candidates = [item for item in chunk if isinstance(item, Candidate)]
        batch = read_batch(self.entity, [item.values for item in candidates], self.hash_key)
        rejected: list[tuple[Candidate | Reject, Problem]] = [
            (candidates[position], _locate(problem, candidates[position].place))
            for position, problem in batch.misfits.items()
        ]
        rejects = [item for item in chunk if isinstance(item, Reject)]
        if rejects:
            rejected += [(item, item.problem) for item in rejects]
            places = {id(item): place for place, item in enumerate(chunk)}
            rejected.sort(key=lambda reject: places[id(reject[0])])
        # before all that counts: a chunk that is refused must move no watermark
        self._check_schema(len(candidates), batch.delivered, [problem for _, problem in rejected])
        if self.deletions or len(candidates) + len(rejects) < len(chunk):
            self._take_deletions(chunk, batch)

        row_counts = [candidates[position].row_count for position in batch.positions]
        self.new_columns |= batch.new_columns
        self.rows_read += sum(row_counts) + sum(item.row_count for item, _ in rejected)
        self.records_accepted += len(row_counts)
        for rejected_candidate, problem in rejected:
            self.rows_quarantined += rejected_candidate.row_count
            self.quarantine_reasons[problem.reason_code] += rejected_candidate.row_count
        if rejected:
            add_entries(connection, (self._make_entry(*reject) for reject in rejected))
        chosen = self._choose(connection, batch.columns, row_counts)
        if len(chosen) == len(row_counts):
            return batch.columns
        return {name: [values[row] for row in chosen] for name, values in batch.columns.items()}

    def _take_deletions(self, chunk: list[Candidate | Reject | Deletion], batch: Batch) -> None:
        """Go through deletions and accepted records in the order in which they came."""
        row_of = {position: row for row, position in enumerate(batch.positions)}
        position = 0
        for item in chunk:
            if isinstance(item, Deletion):
                self.deletions[item.key] = item.deleted_at
                if item.deleted_at is not None and self.entity.version is not None:
                    self._advance([item.deleted_at])
            elif isinstance(item, Candidate):
                if position in row_of:
                    self._take_back(batch.columns, row_of[position])
                position += 1

    def _take_back(self, columns: dict[str, list[Any]], row: int) -> None:
        """Forget the deletion of a record that came after it, unless it is an older copy."""
        key = tuple(columns[name][row] for name in self.entity.key)
        if key not in self.deletions:
            return
        deleted_at = self.deletions[key]
        version = self.entity.version
        if deleted_at is None or version is None or columns[version][row] > deleted_at:
            del self.deletions[key]

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

    def _check_schema(
        self, record_count: int, delivered: set[str], problems: list[Problem]
    ) -> None:
        """Raise `SchemaChangedError` when a column is missing or retyped in every record."""
        if self.entity.version is None or record_count < SCHEMA_EVIDENCE_ROWS:
            return
        for column in sorted(self.entity.source_columns - delivered):
            raise SchemaChangedError(
                self.source_slug,
                self.entity.name,
                column,
                f"the column is missing in all of {record_count} records",
            )
        kinds = {
            ((problem.field or "").partition(".")[0], problem.reason_code) for problem in problems
        }
        if len(problems) == record_count and len(kinds) == 1:
            ((column, reason_code),) = kinds
            if column and reason_code in _SCHEMA_REASONS:
                raise SchemaChangedError(
                    self.source_slug,
                    self.entity.name,
                    column,
                    f"none of {record_count} records fits the contract ({problems[0].reason})",
                )

    def _choose(
        self,
        connection: psycopg.Connection[Any],
        columns: dict[str, list[Any]],
        row_counts: list[int],
    ) -> list[int]:
        """Return the rows to write: the newest copy of each key, unless it is already there."""
        keys = list(zip(*(columns[name] for name in self.entity.key), strict=True))
        versions = columns[self.entity.version] if self.entity.version is not None else None
        if versions is not None:
            self._advance(versions)
        newest = self._find_newest(keys, versions, row_counts)
        stored = self._stored.find(connection, [keys[row] for row in newest])
        if not stored:
            self.rows_written += sum(row_counts[row] for row in newest)
            return newest
        hashes = columns["_row_hash"]
        chosen = []
        for row in newest:
            row_hash, present = stored.get(keys[row], (None, None))
            if row_hash == hashes[row]:
                self.rows_unchanged += row_counts[row]
            elif versions is not None and present is not None and versions[row] < present:
                self.rows_superseded += row_counts[row]
            else:
                self.rows_written += row_counts[row]
                chosen.append(row)
        return chosen

    def _find_newest(
        self,
        keys: list[tuple[Any, ...]],
        versions: list[datetime] | None,
        row_counts: list[int],
    ) -> list[int]:
        """Return the row of the newest copy of each key; of equal ones the last."""
        if len(set(keys)) == len(keys):
            return list(range(len(keys)))
        newest: dict[tuple[Any, ...], int] = {}
        for row, key in enumerate(keys):
            known = newest.setdefault(key, row)
            if known == row:
                continue
            if versions is not None and versions[row] < versions[known]:
                self.rows_superseded += row_counts[row]
            else:
                self.rows_superseded += row_counts[known]
                newest[key] = row
        return list(newest.values())

    def _advance(self, moments: Sequence[datetime]) -> None:
        """Note how far the source has come, and whether it keeps the order of its changes."""
        if not moments:
            return
        start = moments[0] if self.newest is None else self.newest
        in_order = start <= moments[0] and all(map(le, moments, moments[1:]))
        self.is_in_order = self.is_in_order and in_order
        self.newest = max(start, max(moments))


def _locate(problem: Problem, place: str | None) -> Problem:
    if place is None:
        return problem
    return Problem(problem.reason_code, f"{place}: {problem.reason}", problem.field)
