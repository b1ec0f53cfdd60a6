from __future__ import annotations

import csv
import gzip
import io
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ingestion.call_layouts.plain import parse_plain
from ingestion.candidates import Candidate, Reject
from ingestion.errors import SchemaChangedError, SourceError
from ingestion.file_store import open_store, read_modified
from ingestion.registry import load_source
from tests.ingestion.source_settings import with_sources
from warehouse.file_connections import FileConnection
from warehouse.settings import Settings


def make_call(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "call_id": f"K{number}",
        "customer_id": "C1",
        "agent_id": "A1",
        "store_id": None,
        "order_id": None,
        "direction": "inbound",
        "started_at": "2024-01-02T10:00:00+08:00",
        "ended_at": "2024-01-02T10:05:00+08:00",
        "transfers": [
            {"at": "2024-01-02T10:03:00+08:00", "from_team": "T1", "to_team": "T2"}
        ],
        "turns": [
            {"speaker": "agent", "start_seconds": 0.0, "text": "您好"},
            {"speaker": "customer", "start_seconds": 1.5, "text": f"第{number}次打来了"},
        ],
        "updated_at": f"2024-01-02T10:{number % 60:02d}:00+08:00",
        **changes,
    }  # fmt: skip


def dump_lines(*calls: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(call, ensure_ascii=False).encode() + b"\n" for call in calls)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    day = tmp_path / "2024" / "01" / "02"
    day.mkdir(parents=True)
    return day


@pytest.fixture
def calls(hasty: Settings, tmp_path: Path) -> Settings:
    return hasty.model_copy(update={"calls_source_dir": str(tmp_path)})


def load(calls: Settings, **window):
    return load_source(calls, "calls", **window).entities[0]


def test_calls_land_whole_and_known_files_are_not_read_again(calls, warehouse, folder):
    written = [make_call(number) for number in range(3)]
    (folder / "calls_001.jsonl.gz").write_bytes(gzip.compress(dump_lines(*written)))

    first, second = load(calls), load(calls)

    assert (first.rows_read, first.rows_landed, second.rows_read) == (3, 3, 0)
    landed = warehouse.rows("select call_id, turns, transfers, file_name from raw_calls.calls")
    assert sorted(landed) == [
        (call["call_id"], call["turns"], call["transfers"], "2024/01/02/calls_001.jsonl.gz")
        for call in written
    ]
    assert warehouse.value("select min(started_at) from raw_calls.calls") == datetime(
        2024, 1, 2, 2, tzinfo=UTC
    )


def test_a_second_source_of_calls_goes_by_its_own_name(calls, folder, warehouse, tmp_path):
    (folder / "a.jsonl").write_bytes(dump_lines(make_call(1)))
    branch = {
        "connector": "call_centre_files",
        "connection": "calls",
        "layout": "plain",
        "settle_seconds": 0,
    }

    load_source(with_sources(calls, tmp_path, branch=branch), "branch")

    assert warehouse.rows("select source_slug, rows_landed from ops.loads") == [("branch", 1)]


def test_half_written_files_wait_until_they_are_whole(calls, warehouse, folder):
    part = folder / "calls_001.jsonl.part"
    part.write_bytes(dump_lines(make_call(1)))

    assert load(calls).rows_read == 0

    part.rename(folder / "calls_001.jsonl")
    assert load(calls).rows_landed == 1


def test_a_file_corrected_later_is_taken_again(calls, warehouse, folder):
    path = folder / "calls_001.jsonl"
    path.write_bytes(dump_lines(make_call(1), make_call(2)))
    load(calls)
    corrected = make_call(1, agent_id="A9", updated_at="2024-01-03T00:00:00+08:00")
    path.write_bytes(dump_lines(corrected, make_call(2)))
    os.utime(path, (2_000_000_000, 2_000_000_000))

    report = load(calls)

    assert (report.rows_read, report.rows_written, report.rows_unchanged) == (2, 1, 1)
    assert warehouse.value("select agent_id from raw_calls.calls where call_id = 'K1'") == "A9"


def test_the_newest_copy_of_a_call_wins_in_any_order(calls, warehouse, folder):
    newer = make_call(1, agent_id="new", updated_at="2024-01-05T00:00:00+08:00")
    older = make_call(1, agent_id="old", updated_at="2024-01-04T00:00:00+08:00")
    (folder / "a.jsonl").write_bytes(dump_lines(newer, older))
    first = load(calls)
    (folder / "b.jsonl").write_bytes(dump_lines(older))
    second = load(calls)

    assert (first.rows_read, first.rows_landed, first.rows_superseded) == (2, 2, 1)
    assert (second.rows_read, second.rows_landed, second.rows_superseded) == (1, 1, 1)
    assert warehouse.rows("select agent_id from raw_calls.calls") == [("new",)]


def test_broken_lines_are_kept_with_their_bytes_and_the_others_land(calls, warehouse, folder):
    content = (
        dump_lines(make_call(1))
        + b'{"call_id": "K2", "direction": "\xff\xfe"}\n'
        + b'{"call_id": \n'
        + b"[1, 2]\n"
        + dump_lines(make_call(3, turns=[{"speaker": "agent", "text": "a\x00b"}]))
        + dump_lines(make_call(4, turns=[{"speaker": "agent", "text": ""}]))
    )
    (folder / "calls.jsonl").write_bytes(content)

    report = load(calls)
    again = load(calls, full=True)

    assert (report.rows_read, report.rows_landed, report.rows_quarantined) == (6, 1, 5)
    assert again.rows_quarantined == 5
    assert warehouse.quarantined() == [
        ("bad_encoding", None),
        ("bad_json", None),
        ("bad_json", None),
        ("nul_byte", "K3"),
        ("empty_feedback", "K4"),
    ]
    payload = json.loads(warehouse.value("select raw_payload from ops.quarantine limit 1"))
    assert "\\xff\\xfe" in payload["text"]


def test_a_file_cut_short_is_reported_and_taken_once_it_is_whole(calls, warehouse, folder):
    whole = gzip.compress(dump_lines(*(make_call(number) for number in range(50))))
    broken = folder / "a.jsonl.gz"
    broken.write_bytes(whole[: len(whole) // 2])
    os.utime(broken, (1_704_160_800, 1_704_160_800))  # nobody is writing it any more
    (folder / "b.jsonl").write_bytes(dump_lines(make_call(51)))

    with pytest.raises(SourceError, match=r"a\.jsonl\.gz"):
        load(calls)

    assert warehouse.rows("select call_id from raw_calls.calls") == [("K51",)]
    assert warehouse.value("select status from ops.loads") == "failed"

    broken.write_bytes(whole)
    assert load(calls).rows_landed == 50
    assert warehouse.value("select count(*) from raw_calls.calls") == 51


def test_csv_files_carry_turns_as_json(calls, warehouse, folder):
    call = make_call(1)
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(call))
    writer.writeheader()
    writer.writerow(
        {
            name: json.dumps(value) if isinstance(value, list) else value
            for name, value in call.items()
        }
    )
    (folder / "calls.csv.gz").write_bytes(gzip.compress(text.getvalue().encode()))

    assert load(calls).rows_landed == 1
    assert warehouse.value("select turns from raw_calls.calls") == call["turns"]


def test_csv_rows_that_are_broken_are_rejected_one_by_one():
    content = (
        b"call_id,turns\nK1,[]\nK2,[\nK3\n"
        + b"K4,\xff\n"
        + b"K5,\n"
    )  # fmt: skip

    found = list(parse_plain("calls.csv", io.BytesIO(content)))

    assert [
        candidate.problem.reason_code if isinstance(candidate, Reject) else candidate.values
        for candidate in found
    ] == [
        {"call_id": "K1", "turns": [], "file_name": "calls.csv"},
        "bad_json",
        "wrong_column_count",
        "bad_encoding",
        {"call_id": "K5", "file_name": "calls.csv"},
    ]
    assert isinstance(found[0], Candidate)


def test_a_csv_file_with_an_open_quotation_is_not_half_taken(calls, warehouse, folder):
    (folder / "calls.csv").write_text('call_id,turns\nK1,"[{""speaker"": ""agent""\nK2,[]\n')

    with pytest.raises(SourceError, match=r"calls\.csv.*never closed"):
        load(calls)

    assert warehouse.value("select rows_read from ops.loads") == 0


def test_a_window_takes_known_files_again_and_only_its_calls(calls, warehouse, folder):
    (folder / "calls.jsonl").write_bytes(dump_lines(*(make_call(number) for number in range(10))))
    since = datetime(2024, 1, 2, 2, 5, tzinfo=UTC)

    assert load(calls, since=since).rows_read == 5
    # what lay outside is still to be taken
    assert load(calls).rows_read == 10
    assert warehouse.value("select count(*) from raw_calls.calls") == 10


def test_a_column_missing_everywhere_is_named(calls, warehouse, folder):
    written = [make_call(number) for number in range(20)]
    for call in written:
        del call["agent_id"]
    (folder / "calls.jsonl").write_bytes(dump_lines(*written))

    with pytest.raises(SchemaChangedError, match=r"'agent_id'.*missing in all of 20"):
        load(calls)

    assert warehouse.value("select count(*) from raw_calls.calls") == 0


def test_files_of_a_changed_schema_are_read_again_once_it_is_settled(calls, warehouse, folder):
    for name, first in (("a", 0), ("b", 6)):
        written = [make_call(number) for number in range(first, first + 6)]
        lacking = [{k: v for k, v in call.items() if k != "agent_id"} for call in written]
        (folder / f"{name}.jsonl").write_bytes(dump_lines(*lacking))
    with pytest.raises(SchemaChangedError):
        load(calls)

    # files as they were, and one more that shows the column not to be gone
    (folder / "c.jsonl").write_bytes(dump_lines(make_call(12)))

    assert load(calls).rows_landed == 13
    assert warehouse.value("select count(*) from raw_calls.calls") == 13


def test_a_column_retyped_everywhere_is_named_and_one_broken_record_is_not(calls, folder):
    written = [make_call(number, started_at=1_704_160_800 + number) for number in range(20)]
    (folder / "calls.jsonl").write_bytes(dump_lines(*written))

    with pytest.raises(SchemaChangedError, match="'started_at'"):
        load(calls)

    (folder / "calls.jsonl").write_bytes(
        dump_lines(*(make_call(number) for number in range(20)), make_call(21, started_at=17))
    )
    assert load(calls).rows_quarantined == 1


def test_a_missing_folder_is_named(settings):
    with pytest.raises(SourceError, match="listing '/no/such/folder'"):
        load_source(settings.model_copy(update={"calls_source_dir": "/no/such/folder"}), "calls")


def test_any_file_system_of_fsspec_will_do():
    import fsspec

    memory = fsspec.filesystem("memory")
    memory.pipe("/hotline/2024/calls.jsonl", b"{}")
    memory.pipe("/hotline/2024/readme.txt", b"")

    store = open_store("calls", FileConnection(url="memory://hotline"))
    files = store.list_files((".jsonl",))

    assert [(file.name, file.size_bytes) for file in files] == [("2024/calls.jsonl", 2)]


@pytest.mark.parametrize(
    "info",
    [
        {"mtime": 1_704_160_800.0},
        {"LastModified": datetime(2024, 1, 2, 2, tzinfo=UTC)},
        {"last_modified": datetime(2024, 1, 2, 2)},
        {"updated": "2024-01-02T02:00:00Z"},
    ],
    ids=["local", "S3", "naive", "text"],
)
def test_the_time_of_a_file_is_read_as_its_system_names_it(info):
    assert read_modified(info) == datetime(2024, 1, 2, 2, tzinfo=UTC)
