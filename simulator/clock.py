"""The simulated company's now: sources show what has changed up to it, and nothing later."""

from __future__ import annotations

import json
from datetime import date, datetime, time
from pathlib import Path

from simulator.plan import SHANGHAI

FILE_NAME = "clock.json"


def end_of(through: datetime | date) -> datetime:
    """Return the moment itself, or the last second of a day; raises on a naive datetime."""
    if isinstance(through, datetime):
        if through.tzinfo is None:
            raise ValueError("the clock needs a time zone: pass an aware datetime or a date")
        return through
    return datetime.combine(through, time(23, 59, 59), tzinfo=SHANGHAI)


def read_clock(folder: Path) -> datetime | None:
    """Return the company's now; None before the first reveal."""
    path = folder / FILE_NAME
    if not path.exists():
        return None
    return datetime.fromisoformat(json.loads(path.read_text(encoding="utf-8"))["now"])


def set_clock(folder: Path, now: datetime) -> None:
    """Set the company's now; a reader sees the old or the new value, never half of one."""
    path = folder / FILE_NAME
    half = path.with_suffix(".json.part")
    half.write_text(json.dumps({"now": now.isoformat(timespec="seconds")}), encoding="utf-8")
    half.replace(path)
