"""The user's own files -> raw_files.feedback: by the import verb, or as a source of files.

Data flow:
    open_table()            rows of CSV, Excel, Parquet, JSON lines; broken rows set apart
        -> RowMapper        one feedback record per row, or per group of rows for dialogues
        -> landing          contract, quarantine, one current copy per (mapping's slug, id)

rows in the file = rows landed + rows quarantined. The same file again changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from ingestion.candidates import Candidate, Reject
from ingestion.contracts import (
    IMPORTED_FEEDBACK,
    ContractError,
    Problem,
    validate,
)
from ingestion.landing import EntityReport, Progress, Stream, land
from ingestion.mappings import Mapping, load_mapping
from ingestion.row_mapping import RowError, RowMapper, find_unknown_columns
from ingestion.spool import IdCounter, TurnSpool
from ingestion.tabular import BrokenRow, Row, Table, open_table
from warehouse.settings import Settings

SAMPLE_RECORDS = 5


@dataclass(frozen=True)
class ImportReport:
    """What an import did, or in a dry run would do. Counts are rows of the file.

    rows_read = rows_landed + rows_quarantined; rows_landed includes rows that were there
    already (`rows_unchanged`). `records` counts pieces of feedback: fewer than rows for
    dialogues. `samples` (dry run) shows fields with types and lengths, never their content.
    """

    source_slug: str
    import_id: str
    file_name: str
    encoding: str | None
    is_dry_run: bool
    rows_read: int
    rows_landed: int
    rows_quarantined: int
    rows_unchanged: int
    records: int
    unknown_columns: tuple[str, ...]
    quarantine_reasons: dict[str, int]
    samples: tuple[dict[str, str], ...] = ()


@dataclass
class FileImport:
    """One file on its way in; turns rows into candidates."""

    mapping: Mapping
    mapping_reference: str
    file_name: str
    import_id: str = field(default_factory=lambda: uuid4().hex)
    received_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        self._mapper = RowMapper(self.mapping)

    def iter_candidates(self, table: Table) -> Iterator[Candidate | Reject]:
        """Yield one candidate or reject per row, or per dialogue."""
        if self.mapping.dialogue is not None:
            yield from self._iter_dialogues(table)
            return
        with IdCounter() as seen:
            for row in table.rows:
                if isinstance(row, BrokenRow):
                    yield self._reject_broken(row)
                else:
                    yield self._map_row(row, seen)

    def _map_row(self, row: Row, seen: IdCounter) -> Candidate | Reject:
        record_id: str | None = None
        try:
            record_id = self._mapper.read_id(row.values)
            if record_id is None:
                content = self._mapper.hash_content(row.values)
                record_id = f"{content}-{seen.count(content)}"
            elif seen.count(record_id) > 1:
                raise RowError("duplicate_id", "the file has this id before", "source_record_id")
            record = self._mapper.map_row(row.values)
        except RowError as misfit:
            return self._reject([row], misfit.problem, record_id)
        return self._make_candidate([row], record, record_id)

    def _iter_dialogues(self, table: Table) -> Iterator[Candidate | Reject]:
        dialogue = self.mapping.dialogue
        assert dialogue is not None
        with TurnSpool() as spool:
            for row in table.rows:
                if isinstance(row, BrokenRow):
                    yield self._reject_broken(row)
                    continue
                try:
                    group = self._mapper.read_id(row.values)
                except RowError as misfit:
                    yield self._reject([row], misfit.problem, None)
                    continue
                order = row.values.get(dialogue.order_by) if dialogue.order_by else None
                spool.add(str(group), order, row)
            for group, rows in spool.iter_groups():
                try:
                    record = self._mapper.map_dialogue([row.values for row in rows])
                except RowError as misfit:
                    yield self._reject(rows, misfit.problem, group)
                else:
                    yield self._make_candidate(rows, record, group)

    def _make_candidate(self, rows: list[Row], record: dict[str, Any], record_id: str) -> Candidate:
        values = record | {
            "source_record_id": record_id,
            "file_name": self.file_name,
            "file_row": rows[0].number,
            "import_id": self.import_id,
        }
        if values.get("received_at") is None:
            values["received_at"] = self.received_at
        return Candidate(
            values,
            payload=self._payload([row.values for row in rows], record_id),
            row_count=len(rows),
            place=self._place(rows[0].number),
        )

    def _reject(self, rows: list[Row], problem: Problem, record_id: str | None) -> Reject:
        place = self._place(rows[0].number)
        return Reject(
            Problem(problem.reason_code, f"{place}: {problem.reason}", problem.field),
            self._payload([row.values for row in rows], record_id),
            native_id=record_id,
            row_count=len(rows),
        )

    def _reject_broken(self, row: BrokenRow) -> Reject:
        place = self._place(row.number)
        return Reject(
            Problem(row.reason_code, f"{place}: {row.reason}"),
            {"mapping": self.mapping_reference, "unread": row.payload},
        )

    def _place(self, number: int) -> str:
        return f"row {number} of {self.file_name}"

    def _payload(self, rows: list[dict[str, Any]], record_id: str | None) -> dict[str, Any]:
        return {"mapping": self.mapping_reference, "source_record_id": record_id, "rows": rows}


def import_file(
    path: str | Path,
    mapping: str | Path,
    *,
    settings: Settings | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Import a file through a mapping (a path, or the name of a shipped one).

    Raises `ImportFileError` or `MappingError`, and then nothing of the file was landed. A dry
    run touches no database.
    """
    from warehouse.settings import load_settings

    settings = settings or load_settings()
    source = Path(path)
    shape = load_mapping(settings, mapping)
    reference = str(mapping) if not Path(mapping).is_file() else str(Path(mapping).resolve())
    if dry_run:
        table = open_table(source, shape.file)
        unknown = find_unknown_columns(shape, table.columns)
        return _rehearse(FileImport(shape, reference, source.name), table, unknown, progress)
    loaded, table, unknown = land_file(settings, source, shape, reference, source.name, progress)
    return ImportReport(
        source_slug=shape.slug,
        import_id=loaded.load_id,
        file_name=source.name,
        encoding=table.encoding,
        is_dry_run=False,
        rows_read=loaded.rows_read,
        rows_landed=loaded.rows_landed,
        rows_quarantined=loaded.rows_quarantined,
        rows_unchanged=loaded.rows_unchanged,
        records=loaded.records_accepted,
        unknown_columns=tuple(unknown),
        quarantine_reasons=loaded.quarantine_reasons,
    )


def land_file(
    settings: Settings,
    path: Path,
    mapping: Mapping,
    reference: str,
    file_name: str,
    progress: Progress | None = None,
) -> tuple[EntityReport, Table, list[str]]:
    """Land one local file through a mapping: what `voc import` and sources of files share.

    `reference` is how quarantined rows find the mapping again, `file_name` what they call the
    file. Returns the load's report, the opened table (its encoding) and the columns that the
    mapping does not mention. Raises `ImportFileError`, and then nothing of it was landed.
    """
    table = open_table(path, mapping.file)
    unknown = find_unknown_columns(mapping, table.columns)
    job = FileImport(mapping, reference, file_name)
    stream = Stream(
        entity=IMPORTED_FEEDBACK,
        candidates=job.iter_candidates(table),
        source_slug=mapping.slug,
        detail={"file_name": file_name, "unknown_columns": unknown, "encoding": table.encoding},
        load_id=job.import_id,
    )
    return land(settings, mapping.slug, [stream], progress).entities[0], table, unknown


def map_payload(settings: Settings, payload: dict[str, Any]) -> dict[str, Any]:
    """Return the feedback record that a quarantined payload makes today; raise `RowError`."""
    if "rows" not in payload or payload.get("source_record_id") is None:
        raise RowError("bad_encoding", "the row could not be read: import the corrected file")
    mapping = load_mapping(settings, payload["mapping"])
    mapper = RowMapper(mapping)
    rows = payload["rows"]
    record = mapper.map_dialogue(rows) if mapping.dialogue else mapper.map_row(rows[0])
    record["source_record_id"] = payload["source_record_id"]
    return record


def _rehearse(
    job: FileImport, table: Table, unknown: list[str], progress: Progress | None
) -> ImportReport:
    """Go through the file as an import would, landing nothing."""
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    samples: list[dict[str, str]] = []
    for candidate in job.iter_candidates(table):
        counts["rows"] += candidate.row_count
        try:
            if isinstance(candidate, Reject):
                raise ContractError(candidate.problem)
            record = validate(IMPORTED_FEEDBACK, candidate.values, b"")
        except ContractError as misfit:
            reasons[misfit.problem.reason_code] += candidate.row_count
            continue
        counts["records"] += 1
        if len(samples) < SAMPLE_RECORDS:
            samples.append(describe_record(record))
        if progress is not None and counts["records"] % 5_000 == 0:
            progress(f"{job.mapping.slug}.feedback", counts["rows"])
    quarantined = sum(reasons.values())
    return ImportReport(
        source_slug=job.mapping.slug,
        import_id=job.import_id,
        file_name=job.file_name,
        encoding=table.encoding,
        is_dry_run=True,
        rows_read=counts["rows"],
        rows_landed=counts["rows"] - quarantined,
        rows_quarantined=quarantined,
        rows_unchanged=0,
        records=counts["records"],
        unknown_columns=tuple(unknown),
        quarantine_reasons=dict(reasons),
        samples=tuple(samples),
    )


def describe_record(record: dict[str, Any]) -> dict[str, str]:
    """Return a record's filled fields with type and size, without content: it is not redacted."""
    described = {}
    for name, value in record.items():
        if value is None:
            continue
        if isinstance(value, str):
            described[name] = f"text, {len(value)} characters"
        else:
            described[name] = type(value).__name__.lower()
    return described
