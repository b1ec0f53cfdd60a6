"""Records of the source systems on disk, one folder a day, by the day on which they change.

    <folder>/days/2026/11/20/reviews.jsonl      one record a line, oldest `updated_at` first

A record that arrives late, or arrives again after a correction, stands in the later day's file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import orjson

from simulator.plan import SHANGHAI

ENTITIES = (
    "customers", "stores", "teams", "agents", "products", "campaigns", "improvements", "orders",
    "order_items", "campaign_touches", "cases", "case_events", "customer_notes",
    "calls", "reviews", "survey_responses", "survey_invitations",
)  # fmt: skip

# a record with this field stands for a line that is no JSON: the export writes its value as it is
RAW_LINE = "raw_line"
# a record with this field set is gone from its source from then on
DELETED = "deleted"

Line = tuple[str, str, str]  # updated_at, id, JSON


def write_json(record: dict[str, object]) -> str:
    """Return a record as one line of JSON."""
    return orjson.dumps(record).decode()


def format_moment(moment: datetime) -> str:
    """Return a moment as all sources write it: Shanghai time to the second, so it sorts as text."""
    if moment.tzinfo is not SHANGHAI:
        moment = moment.astimezone(SHANGHAI)
    return moment.isoformat(timespec="seconds")


def day_folder(folder: Path, day: date) -> Path:
    """Return where the records of a day stand."""
    return folder / "days" / f"{day:%Y}" / f"{day:%m}" / f"{day:%d}"


class DayFileWriter:
    """Collects records and writes each day once it is over; holds only days to come in memory."""

    def __init__(self, folder: Path, last_day: date) -> None:
        self._folder = folder
        self._last_day = last_day
        self._pending: dict[date, dict[str, list[Line]]] = {}

    def add(
        self, entity: str, record_id: str, record: dict[str, object], updated_at: datetime
    ) -> None:
        """Keep a record for its day; one that would come after the last day is left out."""
        day = updated_at.astimezone(SHANGHAI).date()
        if day > self._last_day:
            return
        record["updated_at"] = moment = format_moment(updated_at)
        line = write_json(record)
        self._pending.setdefault(day, {}).setdefault(entity, []).append((moment, record_id, line))

    def write_through(self, day: date) -> None:
        """Write every day up to and with `day`."""
        for due in sorted(past for past in self._pending if past <= day):
            target = day_folder(self._folder, due)
            target.mkdir(parents=True, exist_ok=True)
            for entity, lines in sorted(self._pending.pop(due).items()):
                lines.sort(key=lambda line: line[:2])
                text = "".join(line[2] + "\n" for line in lines)
                (target / f"{entity}.jsonl").write_text(text, encoding="utf-8", newline="\n")


def iter_days(folder: Path, first: date | None, last: date) -> Iterator[date]:
    """Yield the days that have records, oldest first, from `first` (None: the beginning)."""
    years = sorted(path for path in (folder / "days").glob("*") if path.is_dir())
    if not years:
        return
    oldest = date(int(years[0].name), 1, 1)
    day = max(first, oldest) if first else oldest
    while day <= last:
        if day_folder(folder, day).is_dir():
            yield day
        day += timedelta(days=1)


def iter_records(
    folder: Path, entity: str, since: datetime | None, until: datetime
) -> Iterator[dict[str, object]]:
    """Yield the records of an entity that changed in [since, until], oldest change first."""
    first_moment = format_moment(since) if since else ""
    last_moment = format_moment(until)
    first_day = since.astimezone(SHANGHAI).date() if since else None
    for day in iter_days(folder, first_day, until.astimezone(SHANGHAI).date()):
        path = day_folder(folder, day) / f"{entity}.jsonl"
        if not path.exists():
            continue
        with path.open(encoding="utf-8") as file:
            for line in file:
                record = json.loads(line)
                if first_moment <= record["updated_at"] <= last_moment:
                    yield record
