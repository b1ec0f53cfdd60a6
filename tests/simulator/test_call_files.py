"""The call centre's export: whole files once due, a half-written one in progress, same bytes."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from simulator import call_files
from simulator.plan import Plan

Records = Callable[[str], list[dict]]


@pytest.fixture
def folder(company: Path, tmp_path: Path) -> Path:
    """Return a folder with the company's records and no export yet."""
    (tmp_path / "days").symlink_to(company / "days")
    return tmp_path


def parse(line: str) -> dict:
    """Return a call, or what stands in the records for a line that was cut off."""
    try:
        return json.loads(line)
    except json.JSONDecodeError:
        return {"raw_line": line.rstrip("\n")}


def read_export(folder: Path) -> list[dict]:
    """Return every call of every whole file, in the order of the files."""
    calls = []
    for path in sorted((folder / call_files.FOLDER).rglob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            calls += [parse(line) for line in file]
    return calls


def test_the_export_holds_every_call(folder: Path, plan: Plan, records: Records):
    written = call_files.write(folder, plan.last_moment)

    assert written == len(list((folder / "calls").rglob("*.gz"))) > 50
    expected = [
        {"raw_line": call["raw_line"]} if "raw_line" in call else call for call in records("calls")
    ]
    assert read_export(folder) == expected
    assert {"raw_line"} in [set(call) for call in expected]
    assert list(folder.rglob("*.part")) == []


def test_a_second_export_writes_nothing(folder: Path, plan: Plan):
    call_files.write(folder, plan.last_moment)
    stamps = {path: path.stat().st_mtime_ns for path in folder.rglob("*.gz")}

    assert call_files.write(folder, plan.last_moment) == 0
    assert stamps == {path: path.stat().st_mtime_ns for path in folder.rglob("*.gz")}


def test_day_by_day_gives_the_same_bytes_as_at_once(folder: Path, plan: Plan, tmp_path: Path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "days").symlink_to(folder / "days")
    call_files.write(folder, plan.last_moment)
    before = None
    for back in (40, 3, 2, 1, 0):
        now = plan.last_moment - timedelta(days=back, hours=5)
        call_files.write(other, now, before)
        before = now
    call_files.write(other, plan.last_moment, before)

    def bytes_of(root: Path) -> dict[str, bytes]:
        files = (root / "calls").rglob("*.gz")
        return {str(path.relative_to(root)): path.read_bytes() for path in files}

    assert bytes_of(folder) == bytes_of(other)
    assert list((other / "calls").rglob("*.part")) == []


def test_the_delivery_in_progress_is_half_written(folder: Path, plan: Plan, records: Records):
    afternoon = next(
        call["updated_at"]
        for call in records("calls")
        if "16:00" < call["updated_at"][11:16] < "20:00"
    )
    now = plan.last_moment.fromisoformat(afternoon) + timedelta(minutes=1)

    call_files.write(folder, now)

    parts = list((folder / "calls").rglob("*.part"))
    assert len(parts) == 1
    with pytest.raises((EOFError, gzip.BadGzipFile)):
        gzip.decompress(parts[0].read_bytes())
    shown = [call["updated_at"] for call in read_export(folder) if "raw_line" not in call]
    assert max(shown) <= now.isoformat()
