from __future__ import annotations

import csv
import gzip
import io
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.csv_rows import iter_csv
from ingestion.encodings import detect_encoding
from ingestion.errors import ImportFileError
from ingestion.mappings import FileOptions
from ingestion.tabular import BrokenRow, Row, open_table

ROWS = [{"id": "1", "text": "服务很好"}, {"id": "2", "text": "太慢了，\n等了很久"}]
CSV = 'id,text\n1,服务很好\n\n2,"太慢了，\n等了很久"\n'


def read(path: Path, **options: str) -> list[dict]:
    return [row.values for row in open_table(path, FileOptions(**options)).rows if is_row(row)]


def is_row(row: Row | BrokenRow) -> bool:
    assert isinstance(row, Row), row
    return True


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_is_read_in_the_encodings_that_exports_use(tmp_path, encoding):
    path = tmp_path / "export.csv"
    path.write_bytes(CSV.encode(encoding))

    assert read(path) == ROWS


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("export.csv.gz", gzip.compress(CSV.encode(), mtime=0)),
        ("export.tsv", CSV.replace(",", "\t").encode()),
        ("export.csv", CSV.replace(",", ";").encode()),
        (
            "export.jsonl",
            '{"id": "1", "text": "服务很好"}\n\n{"id":"2","text":"太慢了，\\n等了很久"}'.encode(),
        ),
        (
            "export.ndjson.gz",
            gzip.compress(
                '{"id":"1","text":"服务很好"}\n{"id":"2","text":"太慢了，\\n等了很久"}\n'.encode(),
                mtime=0,
            ),
        ),
    ],
)
def test_text_files_of_every_kind_give_the_same_rows(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)

    assert read(path) == ROWS


def test_excel_gives_typed_values_and_whole_ids(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["nothing here"])
    sheet = book.create_sheet("答卷")
    sheet.append(["id", "text", "at", None])
    sheet.append([12.0, "好", datetime(2024, 1, 2, 3, 4), None])
    sheet.append([None, None, None, None])
    sheet.append([13, "差", None, 4.5])
    book.save(tmp_path / "export.xlsx")

    assert read(tmp_path / "export.xlsx", sheet="答卷") == [
        {"id": 12, "text": "好", "at": datetime(2024, 1, 2, 3, 4), "column_4": None},
        {"id": 13, "text": "差", "at": None, "column_4": 4.5},
    ]
    with pytest.raises(ImportFileError, match=r"no sheet '问卷'.*答卷"):
        open_table(tmp_path / "export.xlsx", FileOptions(sheet="问卷"))


def test_parquet_keeps_lists(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [{"id": 1, "tags": ["a", "b"]}, {"id": 2, "tags": None}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "export.parquet")

    assert read(tmp_path / "export.parquet") == rows


def test_one_broken_line_is_set_apart_and_the_others_go_on(tmp_path):
    path = tmp_path / "export.csv"
    path.write_bytes("id,text\n1,好\n2,".encode() + b"\xe5\xa5" + "\n3,差\n4\n5,a,b\n".encode())

    rows = list(open_table(path, FileOptions()).rows)

    assert [row.values["id"] for row in rows if isinstance(row, Row)] == ["1", "3"]
    broken = [row for row in rows if isinstance(row, BrokenRow)]
    assert [(row.number, row.reason_code) for row in broken] == [
        (2, "bad_encoding"),
        (4, "wrong_column_count"),
        (5, "wrong_column_count"),
    ]
    assert broken[0].payload == ["2", "\\xe5\\xa5"]


def test_json_lines_that_are_no_objects_are_set_apart(tmp_path):
    path = tmp_path / "export.jsonl"
    path.write_text('{"id": 1}\n{"id": \n[1]\n{"id": 2}\n')

    rows = list(open_table(path, FileOptions()).rows)

    assert [getattr(row, "reason_code", None) for row in rows] == [
        None,
        "bad_json",
        "bad_json",
        None,
    ]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing.csv", None, "there is no file"),
        ("export.pdf", b"x", r"cannot be imported; known endings are \.csv"),
        ("export.xlsx", b"no zip", "not an Excel workbook"),
        ("export.parquet", b"no parquet", "not a Parquet file"),
        ("export.csv", b"", "empty"),
        ("export.jsonl", b"", "empty"),
        ("export.jsonl", b"id,text\n1,x\n", "is it JSON lines"),
        ("export.csv.gz", b"\x1f\x8bno gzip", "cannot be read"),
        ("export.csv", b"id,id\n1,2\n", "more than once"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_bytes(content)

    with pytest.raises(ImportFileError, match=message):
        open_table(tmp_path / name, FileOptions())


def test_a_file_that_breaks_off_says_where(tmp_path):
    whole = gzip.compress(
        ("id,text\n" + "".join(f"{n},{n * 7919}\n" for n in range(50_000))).encode()
    )
    (tmp_path / "export.csv.gz").write_bytes(whole[: len(whole) // 2])
    # the encoding is given: guessing it would already meet the broken end
    with pytest.raises(ImportFileError, match=r"after row [1-9]\d+.*Nothing of it was imported"):
        list(open_table(tmp_path / "export.csv.gz", FileOptions(encoding="utf-8")).rows)


def test_a_quotation_mark_never_closed_is_an_error_and_swallows_nothing(tmp_path):
    (tmp_path / "export.csv").write_text('id,text\n1,good\n2,"open\n3,swallowed\n')

    with pytest.raises(ImportFileError, match=r"after row 1: .*never closed.*Nothing"):
        list(open_table(tmp_path / "export.csv", FileOptions()).rows)


@given(
    st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=4))
)
def test_rows_come_out_of_csv_as_they_went_in(rows):
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    text.seek(0)

    assert list(iter_csv(text)) == rows


def test_excel_rows_wider_than_the_header_are_set_apart(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["id", "text"])
    book.active.append([1, "好", None])
    book.active.append([2, "差", "no column for this"])
    book.save(tmp_path / "export.xlsx")

    rows = list(open_table(tmp_path / "export.xlsx", FileOptions()).rows)

    # the header row is as wide as the sheet: its empty cell gets a name
    assert [row.values for row in rows if isinstance(row, Row)] == [
        {"id": 1, "text": "好", "column_3": None},
        {"id": 2, "text": "差", "column_3": "no column for this"},
    ]


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(ImportFileError, match="not a file"):
        open_table(tmp_path, FileOptions())


def test_an_unknown_encoding_in_the_mapping_is_named(tmp_path):
    (tmp_path / "a.csv").write_text("id\n1\n")

    with pytest.raises(ImportFileError, match="utf-9"):
        open_table(tmp_path / "a.csv", FileOptions(encoding="utf-9"))


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)))
def test_chinese_is_told_apart_from_its_encodings(text):
    # two characters alone may be valid in both encodings; a sentence never is
    line = f"服务很好，{text}\n"

    assert detect_encoding((line * 3).encode(), is_whole=True) == "utf-8"
    sample = (line * 3).encode("gb18030")
    assert sample.decode(detect_encoding(sample, is_whole=True)) == line * 3


def test_a_few_broken_lines_do_not_change_the_encoding():
    good = "服务很好\n".encode() * 9

    assert detect_encoding(good + b"\xff\xfe\xe5\n", is_whole=True) == "utf-8"
    assert detect_encoding(good[:-2], is_whole=False) == "utf-8"
    assert detect_encoding(b"plain ascii\n", is_whole=True) == "utf-8"
