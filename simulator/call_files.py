"""The call centre's export: gzip JSON lines, two deliveries a day.

    calls/2026/11/20/calls_001.jsonl.gz     calls that were transcribed before noon
    calls/2026/11/20/calls_002.jsonl.gz     the rest of the day

A delivery that is still being written is called `.part`; it is renamed when it is whole.
"""

from __future__ import annotations

import gzip
import io
import json
from datetime import date, datetime, time
from pathlib import Path

from simulator.day_files import RAW_LINE, day_folder, format_moment, iter_days
from simulator.plan import SHANGHAI

FOLDER = "calls"
NOON = time(12, 0)


def write(folder: Path, now: datetime, since: datetime | None = None) -> int:
    """Write every delivery that is due by `now` and not there yet; return how many were written.

    `since` is a moment up to which all deliveries are known to be there; None looks at every day.
    The delivery in progress is left as a half-written `.part` file.
    """
    written = 0
    first_day = since.astimezone(SHANGHAI).date() if since else None
    for day in iter_days(folder, first_day, now.astimezone(SHANGHAI).date()):
        source = day_folder(folder, day) / "calls.jsonl"
        if not source.exists():
            continue
        target = folder / FOLDER / f"{day:%Y}" / f"{day:%m}" / f"{day:%d}"
        lines = [_parse_line(line) for line in source.read_text(encoding="utf-8").splitlines()]
        noon = format_moment(datetime.combine(day, NOON, tzinfo=SHANGHAI))
        morning = [line for line in lines if line[0] < noon]
        deliveries = ((morning, NOON), (lines[len(morning) :], time(23, 59, 59)))
        for number, (batch, due) in enumerate(deliveries, start=1):
            if batch:
                path = target / f"calls_{number:03d}.jsonl.gz"
                written += _deliver(path, batch, day, due, now)
    return written


def _parse_line(line: str) -> tuple[str, str]:
    """Return when a record changed and the line that stands for it in the export."""
    record = json.loads(line)
    return record["updated_at"], record.get(RAW_LINE, line)


def _deliver(path: Path, lines: list[tuple[str, str]], day: date, due: time, now: datetime) -> int:
    """Write one delivery when it is due; return 1 when a whole file is new."""
    part = path.with_name(path.name + ".part")
    if path.exists():
        return 0
    if datetime.combine(day, due, tzinfo=SHANGHAI) > now:
        moment = format_moment(now)
        begun = [line for line in lines if line[0] <= moment]
        if begun:
            path.parent.mkdir(parents=True, exist_ok=True)
            whole = _compress(begun)
            part.write_bytes(whole[: max(1, len(whole) // 2)])
        return 0
    path.parent.mkdir(parents=True, exist_ok=True)
    part.write_bytes(_compress(lines))
    part.replace(path)
    return 1


def _compress(lines: list[tuple[str, str]]) -> bytes:
    """Return gzip bytes that depend on the content alone."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0) as file:
        file.write("".join(f"{line}\n" for _, line in lines).encode("utf-8"))
    return buffer.getvalue()
