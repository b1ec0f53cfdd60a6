"""Faults at random, over and over: after the last clean run, raw equals the sources."""

from __future__ import annotations

import gzip
import json
import random
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingestion import landing
from ingestion.contracts import CALLS, REVIEWS
from ingestion.errors import IngestionError
from ingestion.registry import load_source
from ingestion.sources import sql_table
from tests.ingestion.faulty_crm import FATAL_ROW, SQL_FAULTS, STOPPING, FaultyCrm
from tests.ingestion.scripted_server import Answer, Asked, ScriptedServer, running
from tests.ingestion.source_settings import with_sources
from warehouse.settings import Settings

RUNS = 200
SEED = 20261122
PAGE = 5
START = datetime(2024, 1, 1, tzinfo=UTC)


class Killed(BaseException):
    """The process dies: nothing catches it on the way."""


class Reviews:
    """A review API and what it really holds; `fault` spoils one answer of the next load."""

    def __init__(self) -> None:
        self.records: dict[str, dict[str, Any]] = {}
        self.fault: str | None = None
        self.asked = 0
        self.previous = ""
        self.clock = START

    def write(self, review_id: str, **values: Any) -> None:
        self.clock += timedelta(minutes=1)
        known = self.records.get(review_id)
        # a clock that was set back may not make an edit older than what it edits
        edited = max(self.clock, moment_of(known) + timedelta(minutes=1)) if known else self.clock
        moment = edited.isoformat()
        self.records[review_id] = {
            **dict.fromkeys(sorted(REVIEWS.source_columns)),
            "review_id": review_id,
            "rating": 4,
            "rating_scale": 5,
            "text": f"写于{moment}",
            "posted_at": moment,
            **values,
            "updated_at": moment,
        }

    def respond(self, asked: Asked) -> Answer:
        since = datetime.fromisoformat(asked.query["updated_since"])
        records = sorted((r for r in self.records.values() if moment_of(r) >= since), key=moment_of)
        start = int(asked.query.get("cursor", 0))
        end = start + PAGE
        page = {
            "items": records[start:end],
            "next_cursor": str(end) if end < len(records) else None,
        }
        self.asked += 1
        answer = self.spoil(page, start) if self.fault else None
        body = json.dumps(page)
        answer = answer or Answer(body)
        self.previous = body
        return answer

    def spoil(self, page: dict[str, Any], start: int) -> Answer | None:
        """Return a wrong answer, or None and a page that may be changed in place."""
        items = page["items"]
        if self.fault in ALWAYS:
            return ALWAYS[self.fault]
        if self.fault == "cursor loop":
            page["next_cursor"] = "0"
        elif self.fault == "column lost":
            page["items"] = [without(item, "updated_at") for item in items]
        elif self.fault == "column retyped":
            page["items"] = [{**item, "rating": {"stars": item["rating"]}} for item in items]
        elif self.asked % 2 == 0:
            return self.spoil_once(page, start)
        return None

    def spoil_once(self, page: dict[str, Any], start: int) -> Answer | None:
        """Return what goes wrong once and is well when asked again."""
        body = json.dumps(page)
        if self.fault == "silence":
            time.sleep(0.3)
        elif self.fault == "record twice":
            page["items"] += page["items"][-1:]
        elif self.fault == "connection broken in mid-page":
            return Answer(body, is_cut=True)
        elif self.fault == "JSON cut off":
            return Answer(body[: len(body) // 2])
        elif self.fault == "the page before again" and self.previous:
            return Answer(self.previous)
        elif self.fault == "cursor expired" and start:
            return Answer("{}", 410)
        return ONCE.get(self.fault or "")


def moment_of(record: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(record["updated_at"])


def without(record: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != name}


YESTERDAY = format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True)
ONCE = {
    "429 with seconds": Answer("{}", 429, {"Retry-After": "0"}),
    "429 with a date": Answer("{}", 429, {"Retry-After": YESTERDAY}),
    "500": Answer("{}", 500),
    "502": Answer("<html>", 502),
    "503": Answer("{}", 503),
    "not JSON": Answer("<html>"),
}
ALWAYS = {"credentials expired": Answer("{}", 401), "down": Answer("{}", 503)}
ANSWERS = (
    *ONCE,
    *ALWAYS,
    "silence",
    "connection broken in mid-page",
    "JSON cut off",
    "the page before again",
    "cursor expired",
    "cursor loop",
    "record twice",
    "column lost",
    "column retyped",
)
RECORDS = ("broken record", "new column", "clock ahead")
DEATHS = ("killed before the merge", "killed before the watermark")
FILES = ("half-written", "gzip truncated", "corrected later", "the same call in two files")
CRM_DEATHS = tuple(f"{death}, of the CRM" for death in DEATHS)
CRM = (*SQL_FAULTS, *CRM_DEATHS)
FAULTS = (*ANSWERS, *RECORDS, *DEATHS, *FILES, *CRM)


class Calls:
    """A folder of call files and what it is to hold in the end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.records: dict[str, dict[str, Any]] = {}
        self.unfinished: dict[Path, bytes] = {}
        self.clock = START

    def write(self, call_id: str, fault: str | None) -> None:
        self.clock += timedelta(minutes=1)
        moment = self.clock.isoformat()
        call = {
            **dict.fromkeys(sorted(CALLS.source_columns)),
            "call_id": call_id,
            "started_at": moment,
            "ended_at": moment,
            "transfers": [],
            "turns": [{"speaker": "customer", "start_seconds": 0.0, "text": f"打于{moment}"}],
            "updated_at": moment,
        }
        self.records[call_id] = call
        content = gzip.compress((json.dumps(call) + "\n").encode())
        path = self.folder / f"{call_id}_{self.clock:%j%H%M}.jsonl.gz"
        if fault == "half-written":
            path.with_suffix(".gz.part").write_bytes(content[:20])
            self.unfinished[path] = content
        elif fault == "gzip truncated":
            path.write_bytes(content[:-12])
            self.unfinished[path] = content
        else:
            path.write_bytes(content)
        if fault == "the same call in two files":
            path.with_name(f"copy_{path.name}").write_bytes(content)
        if fault == "corrected later":
            self.unfinished[path] = gzip.compress((json.dumps(call) + "\n\n").encode())

    def finish(self) -> None:
        """Deliver whole what was delivered in part."""
        for path, content in self.unfinished.items():
            path.with_suffix(".gz.part").unlink(missing_ok=True)
            path.write_bytes(content)
        self.unfinished.clear()


@pytest.fixture
def hurried(settings: Settings, tmp_path: Path) -> Settings:
    """Return settings that wait for nothing and nobody."""
    changed = with_sources(settings, tmp_path)
    path = changed.config_dir / "sources.yml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["sources"]["reviews"].update(
        page_size=PAGE,
        timeout_seconds=0.2,
        retry={"attempts": 4, "first_wait_seconds": 0.001, "budget_seconds": 1},
    )
    content["sources"]["calls"].update(settle_seconds=0)
    content["sources"]["crm"].update(overlap_minutes=5, tables={"customer_notes": "offered"})
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return changed


@pytest.fixture
def reviews() -> Reviews:
    return Reviews()


@pytest.fixture
def addressed(hurried: Settings, reviews: Reviews, tmp_path: Path) -> Iterator[Settings]:
    (tmp_path / "calls").mkdir()
    with running(ScriptedServer(reviews.respond)) as server:
        yield hurried.model_copy(
            update={"web_source_url": server.address, "calls_source_dir": str(tmp_path / "calls")}
        )


@pytest.mark.slow
def test_after_any_faults_raw_equals_the_sources(
    addressed, warehouse, reviews, tmp_path, monkeypatch
):
    # so that a fault in mid-read comes when some rows have been taken
    monkeypatch.setattr(sql_table, "BATCH_ROWS", FATAL_ROW - 1)
    chance = random.Random(SEED)
    calls = Calls(tmp_path / "calls")
    crm = FaultyCrm(addressed)
    failed: dict[str, int] = dict.fromkeys(FAULTS, 0)
    # each kind as often as the next, in an order of chance
    faults = [FAULTS[number % len(FAULTS)] for number in range(RUNS)]
    chance.shuffle(faults)

    for number, fault in enumerate(faults):
        reachable: AbstractContextManager[Settings] = nullcontext(addressed)
        source = "calls" if fault in FILES else "crm" if fault in CRM else "reviews"
        if source == "calls":
            if chance.random() < 0.5:
                calls.finish()
            calls.write(f"K{chance.randrange(number + 1)}", fault)
        elif source == "crm":
            change_notes(crm, chance, fault, number)
            reachable = crm.failing(fault)
        else:
            change_reviews(reviews, chance, fault, number)
        with reachable as met:
            if is_failing(met, source, fault):
                failed[fault] += 1

    calls.finish()
    crm.mend()
    reviews.fault = None
    mend_reviews(reviews)
    for source in ("reviews", "calls", "crm"):
        load_source(addressed, source)
    assert read_notes(warehouse) == crm.read()
    assert read_reviews(warehouse) == {
        key: (record["text"], record["rating"], moment_of(record))
        for key, record in reviews.records.items()
    }
    assert read_calls(warehouse) == {
        key: (record["turns"][0]["text"], moment_of(record))
        for key, record in calls.records.items()
    }
    unbalanced = "rows_read <> rows_landed + rows_quarantined"
    assert not warehouse.rows(f"select * from ops.loads where status = 'success' and {unbalanced}")
    assert warehouse.value("select count(*) from ops.quarantine where status = 'open'") == 0
    # the faults that no retry can mend did show
    assert all(failed[fault] for fault in (*ALWAYS, *DEATHS, *CRM_DEATHS, *STOPPING))


def change_notes(crm: FaultyCrm, chance: random.Random, fault: str, number: int) -> None:
    """Write and edit some notes, enough for a fault in mid-read, and change what the fault is."""
    crm.mend()
    for step in range(chance.randrange(FATAL_ROW, 2 * FATAL_ROW)):
        known = sorted(crm.read())
        is_edit = known and chance.random() < 0.3
        crm.write(chance.choice(known) if is_edit else f"N{number}_{step}")
    crm.change(fault, f"N{number}")


def change_reviews(reviews: Reviews, chance: random.Random, fault: str, number: int) -> None:
    """Write and edit a few reviews, some of them spoilt, and plan the fault."""
    mend_reviews(reviews)
    for step in range(chance.randrange(1, 2 * PAGE)):
        known = list(reviews.records)
        is_edit = known and chance.random() < 0.3
        reviews.write(chance.choice(known) if is_edit else f"R{number}_{step}")
    last = list(reviews.records)[-1]
    if fault == "broken record":
        reviews.write(last, rating="many")
    elif fault == "new column":
        reviews.write(last, mood="happy")
    elif fault == "clock ahead":  # an hour, once: later changes are older by their own clock
        reviews.clock += timedelta(hours=1)
        reviews.write(last)
        reviews.clock -= timedelta(minutes=30)
    reviews.fault = fault if fault in ANSWERS else None


def mend_reviews(reviews: Reviews) -> None:
    """Correct the records that do not fit their contract."""
    for key, record in list(reviews.records.items()):
        if record["rating"] == "many":
            reviews.write(key)


def is_failing(settings: Settings, source: str, fault: str) -> bool:
    """Load; return whether it failed, as it may. Anything but an error of ours is not caught."""

    def die(*_: Any) -> None:
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        if fault.startswith("killed before the merge"):
            patch.setattr(landing, "run_pipeline", die)
        elif fault.startswith("killed before the watermark"):
            patch.setattr(landing, "_advance_watermark", die)
        try:
            load_source(settings, source)
        except (IngestionError, Killed):
            return True
    return False


def read_reviews(warehouse: Any) -> dict[str, tuple[Any, ...]]:
    rows = warehouse.rows("select review_id, text, rating, updated_at from raw_reviews.reviews")
    found = {key: tuple(values) for key, *values in rows}
    assert len(found) == len(rows)
    return found


def read_notes(warehouse: Any) -> dict[str, tuple[Any, ...]]:
    rows = warehouse.rows(
        "select note_id, note_text, updated_at from raw_crm.customer_notes "
        "where _deleted_at is null"
    )
    found = {key: tuple(values) for key, *values in rows}
    assert len(found) == len(rows)
    return found


def read_calls(warehouse: Any) -> dict[str, tuple[Any, ...]]:
    rows = warehouse.rows("select call_id, turns -> 0 ->> 'text', updated_at from raw_calls.calls")
    found = {key: tuple(values) for key, *values in rows}
    assert len(found) == len(rows)
    return found
