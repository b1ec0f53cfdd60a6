"""What happens to files between the system that writes them and us; each really happened."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import time
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingestion.call_layouts.layout import MAX_RECORD_BYTES
from ingestion.errors import ImportFileError, SourceError
from ingestion.files import import_file
from ingestion.registry import load_source
from tests.ingestion.conftest import FIXTURES
from tests.ingestion.test_call_centre_files import dump_lines, make_call
from warehouse.settings import Settings

OLD = (1_704_160_800, 1_704_160_800)


@pytest.fixture
def calls(hasty: Settings, tmp_path: Path) -> Settings:
    (tmp_path / "calls").mkdir()
    return hasty.model_copy(update={"calls_source_dir": str(tmp_path / "calls")})


@pytest.fixture
def folder(calls: Settings, tmp_path: Path) -> Path:
    return tmp_path / "calls"


def load(settings: Settings, **window):
    return load_source(settings, "calls", **window).entities[0]


def dump_csv(*calls: dict, delimiter: str = ",") -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(calls[0]), delimiter=delimiter)
    writer.writeheader()
    for call in calls:
        writer.writerow(
            {
                name: json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value
                for name, value in call.items()
            }
        )
    return text.getvalue()


def test_an_empty_file_is_no_call_and_no_failure_until_it_is_filled(calls, warehouse, folder):
    path = folder / "calls.jsonl"
    path.write_bytes(b"")

    assert load(calls).rows_read == 0

    path.write_bytes(dump_lines(make_call(1)))
    assert load(calls).rows_landed == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_not_part_of_the_first_call(calls, warehouse, folder, encoding):
    (folder / "calls.jsonl").write_bytes(dump_lines(make_call(1)).decode().encode(encoding))
    (folder / "calls.csv").write_bytes(dump_csv(make_call(2)).encode(encoding))

    assert load(calls).rows_landed == 2


def test_lines_in_another_encoding_are_set_aside_and_the_others_land(calls, warehouse, folder):
    gbk = json.dumps(make_call(2), ensure_ascii=False).encode("gb18030") + b"\n"
    (folder / "calls.jsonl").write_bytes(
        dump_lines(make_call(1)) + gbk + dump_lines(make_call(3), make_call(4))
    )

    report = load(calls)

    assert (report.rows_landed, report.quarantine_reasons) == (3, {"bad_encoding": 1})


def test_csv_in_chinas_own_encoding_lands_as_it_was_written(calls, warehouse, folder):
    (folder / "calls.csv").write_bytes(dump_csv(make_call(1), make_call(2)).encode("gb18030"))

    assert load(calls).rows_landed == 2
    assert warehouse.value("select turns #>> '{0,text}' from raw_calls.calls limit 1") == "您好"


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_another_delimiter_is_found_out(calls, warehouse, folder, delimiter):
    (folder / "calls.csv").write_text(dump_csv(make_call(1), delimiter=delimiter))

    assert load(calls).rows_landed == 1


def test_a_delimiter_that_nobody_uses_is_named_and_nothing_is_landed(calls, warehouse, folder):
    (folder / "calls.csv").write_text(dump_csv(make_call(1), delimiter="^"))

    with pytest.raises(SourceError, match=r"calls\.csv.*no column 'call_id'.*delimiter"):
        load(calls)

    assert warehouse.value("select count(*) from ops.quarantine") == 0


def test_gzip_is_known_by_its_bytes_whatever_the_name(calls, warehouse, folder):
    (folder / "packed.jsonl").write_bytes(gzip.compress(dump_lines(make_call(1))))
    (folder / "plain.jsonl.gz").write_bytes(dump_lines(make_call(2)))

    assert load(calls).rows_landed == 2


def test_a_header_alone_is_a_day_without_calls(calls, warehouse, folder):
    (folder / "calls.csv").write_text(dump_csv(make_call(1)).splitlines()[0] + "\r\n")

    assert load(calls).rows_read == 0
    assert warehouse.value("select rows_read from raw_calls.call_files") == 0


@pytest.mark.slow
def test_a_line_of_200_mb_is_set_aside_and_never_held_in_memory(calls, warehouse, folder):
    with (folder / "calls.jsonl").open("wb") as file:
        file.write(dump_lines(make_call(1)))
        file.write(b'{"call_id": "K2", "turns": "')
        for _ in range(200):
            file.write(b"a" * 1_000_000)
        file.write(b'"}\n' + dump_lines(make_call(3)))
    load(calls, since=datetime(2030, 1, 1, tzinfo=UTC))  # whatever a first load holds on to

    tracemalloc.start()
    report = load(calls)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (report.rows_landed, report.quarantine_reasons) == (2, {"text_too_long": 1})
    assert peak_bytes < 6 * MAX_RECORD_BYTES
    payload = warehouse.value("select raw_payload from ops.quarantine limit 1")
    assert 1_000 < len(payload) < 2_000


def test_a_call_that_two_files_tell_is_one_call_and_its_newest_copy(calls, warehouse, folder):
    newer = make_call(1, agent_id="new", updated_at="2024-01-05T00:00:00+08:00")
    (folder / "a.jsonl").write_bytes(dump_lines(newer))
    (folder / "b.jsonl").write_bytes(dump_lines(make_call(1), make_call(2)))
    for name in ("a.jsonl", "b.jsonl"):
        os.utime(folder / name, OLD)

    report = load(calls)

    assert (report.rows_read, report.rows_landed, report.rows_superseded) == (3, 3, 1)
    assert warehouse.rows("select call_id, agent_id from raw_calls.calls order by 1") == [
        ("K1", "new"), ("K2", "A1"),
    ]  # fmt: skip


@pytest.mark.parametrize("skew_seconds", [-90_000, 90_000], ids=["behind", "ahead"])
def test_a_file_server_whose_clock_is_wrong_loses_and_doubles_nothing(
    calls, warehouse, folder, skew_seconds
):
    moment = time.time() + skew_seconds
    path = folder / "calls.jsonl"
    path.write_bytes(dump_lines(make_call(1)))
    os.utime(path, (moment, moment))

    first, second = load(calls), load(calls)
    path.write_bytes(dump_lines(make_call(1), make_call(2)))
    os.utime(path, (moment - 3_600, moment - 3_600))  # the server's clock was set back
    third = load(calls)

    assert (first.rows_landed, second.rows_read) == (1, 0)
    assert (third.rows_read, third.rows_written, third.rows_unchanged) == (2, 1, 1)


@pytest.mark.parametrize("name", ["calls.jsonl", "calls.jsonl.gz"])
def test_a_file_without_its_end_waits_while_it_is_young(calls, warehouse, folder, name, caplog):
    lines = dump_lines(*(make_call(number) for number in range(30)))
    whole = gzip.compress(lines) if name.endswith(".gz") else lines
    (folder / name).write_bytes(whole[:-20])

    assert load(calls).rows_read == 0
    assert f"{name} waits for the next load" in caplog.text
    (waiting,) = warehouse.rows("select status, detail -> 'files_waiting' from ops.loads")
    assert waiting[0] == "success" and list(waiting[1]) == [name]

    (folder / name).write_bytes(whole)
    assert load(calls).rows_landed == 30


def test_a_last_line_without_its_end_is_set_aside_once_nobody_writes_it_any_more(
    calls, warehouse, folder
):
    (folder / "calls.jsonl").write_bytes(dump_lines(make_call(1), make_call(2))[:-20])
    os.utime(folder / "calls.jsonl", OLD)

    report = load(calls)

    assert (report.rows_landed, report.quarantine_reasons) == (1, {"bad_json": 1})


def test_an_import_takes_gzip_under_a_plain_name(settings, warehouse, tmp_path):
    packed = tmp_path / "reviews.csv"
    packed.write_bytes(gzip.compress((FIXTURES / "appstore_reviews.csv").read_bytes()))

    report = import_file(packed, "appstore_reviews", settings=settings)

    assert report.rows_landed > 0


def test_an_import_with_the_wrong_delimiter_names_the_column_that_it_misses(settings, tmp_path):
    wrong = tmp_path / "reviews.csv"
    text = (FIXTURES / "appstore_reviews.csv").read_text(encoding="utf-8")
    wrong.write_text(text.replace(",", "^"), encoding="utf-8")

    with pytest.raises(ImportFileError, match="has no column"):
        import_file(wrong, "appstore_reviews", settings=settings)


def test_an_imported_line_beyond_the_limit_is_set_aside(settings, warehouse, tmp_path):
    long = tmp_path / "reviews.csv"
    long.write_text("a,b\n1," + "x" * 17_000_000 + "\n")
    mapping = tmp_path / "long.yml"
    mapping.write_text(
        "version: 1\nslug: long\nname: {zh: 长, en: long}\ndescription: {zh: 长, en: long}\n"
        "channel_slug: review\nis_solicited: false\nrecord_id: {columns: [a]}\n"
        "fields: {text: b, occurred_at: a}\n",
        encoding="utf-8",
    )
    lines = tmp_path / "reviews.jsonl"
    lines.write_text(
        '{"a": "2026-01-01T00:00:00+08:00", "b": "好"}\n'
        + json.dumps({"a": "2", "b": "x" * 17_000_000})
        + "\n"
    )

    with pytest.raises(ImportFileError, match="more than 16,000,000 characters"):
        import_file(long, mapping, settings=settings)
    report = import_file(lines, mapping, settings=settings)

    assert (report.rows_landed, report.quarantine_reasons) == (1, {"text_too_long": 1})
