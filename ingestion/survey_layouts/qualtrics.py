"""Qualtrics: its CSV export with three heads (ids, question texts, ImportId as JSON).

Names, addresses and places of recipients are not taken: nobody here needs them. Times are in
the zone that the third head names.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ingestion.candidates import Reject
from ingestion.survey_layouts.layout import Export, ExportRow, NotThisLayoutError, read_rows

RESPONSE_ID, FINISHED = "ResponseId", "Finished"
STARTED, ENDED, RECORDED = "StartDate", "EndDate", "RecordedDate"
_REQUIRED = (RESPONSE_ID, ENDED, RECORDED, FINISHED)
_NOT_TAKEN = frozenset(
    {
        "IPAddress",
        "RecipientLastName",
        "RecipientFirstName",
        "RecipientEmail",
        "LocationLatitude",
        "LocationLongitude",
    }
)
_HEAD = _NOT_TAKEN | {
    *_REQUIRED,
    STARTED,
    "Status",
    "Progress",
    "Duration (in seconds)",
    "DistributionChannel",
    "UserLanguage",
}
# how the status of an answer says that the survey's makers gave it: as number, as words
_TRIALS = frozenset({"1", "2", "9", "17"})
_TRIAL_WORDS = ("preview", "test")


@dataclass(frozen=True)
class QualtricsLayout:
    """Exports of Qualtrics."""

    empty_answers: frozenset[str] = frozenset({"-99"})

    def read(self, file_name: str, lines: Iterator[list[str]], zone: ZoneInfo) -> Export:
        """Read the three heads of an export."""
        headings, _, imports = (next(lines, []) for _ in range(3))
        missing = [heading for heading in _REQUIRED if heading not in headings]
        if missing:
            raise NotThisLayoutError(f"no column {' and no column '.join(missing)}")
        if len(imports) != len(headings) or "ImportId" not in imports[0]:
            raise NotThisLayoutError("no third head with ImportId: export it as CSV, unchanged")
        zone = read_zone(imports[headings.index(ENDED)]) or zone
        questions = [heading for heading in headings if heading not in _HEAD]
        return Export(questions, self._iter_rows(file_name, headings, lines, zone))

    def _iter_rows(
        self, file_name: str, headings: list[str], lines: Iterator[list[str]], zone: ZoneInfo
    ) -> Iterator[ExportRow | Reject]:
        for row in read_rows(file_name, headings, lines, first_number=1):
            if isinstance(row, Reject):
                yield row
                continue
            number, all_cells = row
            cells = {name: text for name, text in all_cells.items() if name not in _NOT_TAKEN}
            yield ExportRow(
                number,
                cells,
                native_id=cells[RESPONSE_ID].strip(),
                submitted_at=cells[ENDED],
                recorded_at=cells[RECORDED],
                zone=zone,
                channel=cells.get("DistributionChannel", "").strip() or None,
                is_preview=is_trial(cells.get("Status", "")),
                is_finished=cells[FINISHED].strip().lower() in ("true", "1"),
                details={
                    "status": cells.get("Status") or None,
                    "progress": cells.get("Progress") or None,
                    "started_at": cells.get(STARTED) or None,
                    "language": cells.get("UserLanguage") or None,
                },
            )


def is_trial(status: str) -> bool:
    """Does an answer's status say that it is a preview or a test?"""
    word = status.strip().lower()
    return word in _TRIALS or any(trial in word for trial in _TRIAL_WORDS)


def read_zone(import_head: str) -> ZoneInfo | None:
    """Return the zone in a column's third head, such as {"ImportId": ..., "timeZone": ...}."""
    try:
        name = json.loads(import_head).get("timeZone")
        # what Qualtrics writes for an offset of none is no name of a zone
        return ZoneInfo("UTC" if name == "Z" else name) if name else None
    except (ValueError, AttributeError, TypeError, ZoneInfoNotFoundError):
        return None
