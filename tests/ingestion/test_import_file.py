"""From file to raw table on a real database: counts reconcile, bad input, the same file again."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingestion.errors import ImportFileError, MappingError
from ingestion.files import ImportReport, import_file
from ingestion.mappings import list_mappings
from tests.ingestion.conftest import FIXTURES
from warehouse.settings import Settings

MAPPING = {
    "version": 1,
    "slug": "own_export",
    "name": {"zh": "自有导出", "en": "Own export"},
    "description": {"zh": "说明", "en": "What it is"},
    "channel_slug": "review",
    "is_solicited": False,
    "record_id": {"columns": ["id"]},
    "fields": {"occurred_at": "at", "rating": "star", "text": "content"},
    "constants": {"rating_scale": 5},
}


def write_mapping(folder: Path, **changes: Any) -> Path:
    path = folder / "own_export.yml"
    path.write_text(yaml.safe_dump({**MAPPING, **changes}, allow_unicode=True), encoding="utf-8")
    return path


def write_csv(folder: Path, *rows: list[str], header: str = "id,at,star,content") -> Path:
    path = folder / "export.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(header + "\n")
        csv.writer(file).writerows(rows)
    return path


def reconciles(report: ImportReport) -> bool:
    return report.rows_read == report.rows_landed + report.rows_quarantined


FIXTURE_COUNTS = {
    # mapping: rows in the file, rows landed, pieces of feedback
    "appstore_reviews": (5, 5, 5),
    "car_complaints": (3, 3, 3),
    "dialogues": (6, 6, 2),
    "gov_messages": (2, 2, 2),
    "nhs_survey": (5, 4, 4),
    "restaurant_reviews": (4, 4, 4),
}


def test_every_shipped_mapping_has_a_fixture(settings):
    assert set(list_mappings(settings.config_dir)) == set(FIXTURE_COUNTS)


@pytest.mark.parametrize("name", sorted(FIXTURE_COUNTS))
def test_a_file_lands_row_for_row_and_again_without_change(settings, warehouse, name):
    path = FIXTURES / f"{name}.csv"
    rows, landed, records = FIXTURE_COUNTS[name]

    rehearsal = import_file(path, name, settings=settings, dry_run=True)
    assert warehouse.value("select count(*) from raw_files.feedback") == 0
    first = import_file(path, name, settings=settings)
    before = warehouse.rows("select * from raw_files.feedback order by source_record_id")
    second = import_file(path, name, settings=settings)

    assert (first.rows_read, first.rows_landed, first.records) == (rows, landed, records)
    assert reconciles(first)
    assert first.unknown_columns == ()
    assert (rehearsal.rows_landed, rehearsal.records) == (landed, records)
    assert (second.rows_landed, second.rows_unchanged) == (landed, landed)
    assert len(before) == records
    # the second import rewrote nothing: not even when and by which import the rows were landed
    assert warehouse.rows("select * from raw_files.feedback order by source_record_id") == before
    assert len(warehouse.quarantined()) == rows - landed


def test_fields_arrive_as_the_mapping_says(settings, warehouse):
    import_file(FIXTURES / "appstore_reviews.csv", "appstore_reviews", settings=settings)

    found = warehouse.rows(
        """
        select occurred_at at time zone 'UTC', rating, rating_scale, text, author_ref,
            source_metadata ->> 'developer_reply', file_row, is_solicited, channel_slug
        from raw_files.feedback where author_ref = 'u_0002'
        """
    )

    ((occurred_at, rating, scale, text, author, reply, row, solicited, channel),) = found
    assert occurred_at.isoformat() == "2024-03-01T02:20:30"
    assert (rating, scale, row, solicited, channel) == (1, 5, 2, False, "app_store")
    assert text == "总是闪退\n更新以后一打开就闪退，\n重装也没有用"
    assert (author, reply) == ("u_0002", "您好，请更新到最新版本")


def test_a_survey_score_is_turned_round_and_a_label_is_no_score(settings, warehouse):
    import_file(FIXTURES / "nhs_survey.csv", "nhs_survey", settings=settings)

    assert warehouse.rows(
        "select source_record_id, csat_score::int, text is null, nps_score, "
        "occurred_at::date::text from raw_files.feedback order by 1"
    ) == [
        ("T 1 - Q1", 5, False, None, "2021-09-29"),
        ("T 1 - Q2", 5, True, None, "2021-09-29"),
        ("T 2 - Q1", 1, False, None, "2021-10-16"),
        ("T 4 - Q1", None, False, None, "2021-10-01"),
    ]
    assert warehouse.quarantined() == [("empty_feedback", "T 3 - Q1")]


def test_turns_are_gathered_and_ordered_by_number(settings, warehouse):
    import_file(FIXTURES / "dialogues.csv", "dialogues", settings=settings)

    found = dict(warehouse.rows("select source_record_id, turns from raw_files.feedback"))

    assert [turn["text"] for turn in found["s1"]] == [
        "我的订单到哪了", "请稍等，我帮您查", "正在转给物流同事", "还没有查到吗",
    ]  # fmt: skip
    assert [turn["speaker"] for turn in found["s2"]] == ["customer", "agent"]


def test_equal_rows_without_an_id_stay_distinct(settings, warehouse):
    import_file(FIXTURES / "restaurant_reviews.csv", "restaurant_reviews", settings=settings)

    assert warehouse.value("select count(*) from raw_files.feedback where text = '好吃'") == 2


def test_every_kind_of_bad_row_goes_to_quarantine_and_the_good_ones_land(
    settings, warehouse, tmp_path
):
    path = write_csv(
        tmp_path,
        ["good", "2024-03-01", "5", "很好"],
        ["no text", "2024-03-01", "", " "],
        ["above scale", "2024-03-01", "6", "x"],
        ["no number", "2024-03-01", "five", "x"],
        ["nul", "2024-03-01", "5", "a\x00b"],
        ["1 MB", "2024-03-01", "5", "x" * 1_000_000],
        ["good", "2024-03-02", "4", "the same id again"],
        ["", "2024-03-01", "5", "no id"],
        ["bad date", "someday", "5", "x"],
        ["1970", "1970-01-01", "5", "x"],
        ["short"],
        ["also good", "2024-03-01", "", "只有文字"],
    )
    with path.open("ab") as file:
        file.write(b"broken,2024-03-01,5,\xe5\xa5\n")

    report = import_file(path, write_mapping(tmp_path), settings=settings)

    assert warehouse.rows("select source_record_id from raw_files.feedback order by 1") == [
        ("also good",),
        ("good",),
    ]
    assert sorted(warehouse.quarantined(), key=str) == sorted(
        [
            ("empty_feedback", "no text"),
            ("out_of_range", "above scale"),
            ("wrong_type", "no number"),
            ("nul_byte", "nul"),
            ("text_too_long", "1 MB"),
            ("duplicate_id", "good"),
            ("missing_field", None),
            ("bad_date", "bad date"),
            ("bad_date", "1970"),
            ("wrong_column_count", None),
            ("bad_encoding", None),
        ],
        key=str,
    )
    assert (report.rows_read, report.rows_landed, report.rows_quarantined) == (13, 2, 11)
    assert warehouse.rows(
        "select rows_read, rows_landed, rows_quarantined, status, load_id from ops.loads"
    ) == [(13, 2, 11, "success", report.import_id)]
    assert warehouse.value("select min(reason) from ops.quarantine").startswith("row ")

    again = import_file(path, write_mapping(tmp_path), settings=settings)

    assert (again.rows_read, again.rows_landed, again.rows_quarantined) == (13, 2, 11)
    assert warehouse.value("select count(*) from ops.quarantine") == 11


def test_equal_bad_rows_are_each_kept(settings, warehouse, tmp_path):
    path = write_csv(tmp_path, ["", "", "5", "x"], ["", "", "5", "x"])

    import_file(path, write_mapping(tmp_path), settings=settings)
    import_file(path, write_mapping(tmp_path), settings=settings)

    assert warehouse.value("select count(*) from ops.quarantine") == 2


def test_an_unknown_column_is_landed_and_announced(settings, warehouse, tmp_path):
    path = write_csv(
        tmp_path, ["1", "2024-03-01", "5", "x", "happy"], header="id,at,star,content,mood"
    )

    report = import_file(path, write_mapping(tmp_path), settings=settings)

    assert report.unknown_columns == ("mood",)
    assert warehouse.value("select source_metadata from raw_files.feedback") == {"mood": "happy"}
    assert warehouse.value("select detail -> 'unknown_columns' from ops.loads") == ["mood"]


def test_a_changed_row_is_rewritten_and_no_other(settings, warehouse, tmp_path):
    mapping = write_mapping(tmp_path)
    import_file(
        write_csv(tmp_path, ["1", "", "5", "x"], ["2", "", "4", "y"]), mapping, settings=settings
    )

    report = import_file(
        write_csv(tmp_path, ["1", "", "5", "x"], ["2", "", "3", "y"]), mapping, settings=settings
    )

    assert report.rows_unchanged == 1
    assert warehouse.rows(
        "select source_record_id, rating::int, import_id = %s from raw_files.feedback order by 1",
        report.import_id,
    ) == [("1", 5, False), ("2", 3, True)]


@pytest.mark.parametrize(
    ("file_name", "mapping", "error", "message"),
    [
        ("missing.csv", "appstore_reviews", ImportFileError, "there is no file"),
        ("car_complaints.csv", "missing", MappingError, "no mapping 'missing'"),
        ("car_complaints.csv", "gov_messages", ImportFileError, "no column 'time'.*complaint_id"),
    ],
)
def test_nothing_is_landed_when_file_and_mapping_do_not_fit(
    settings, warehouse, file_name, mapping, error, message
):
    with pytest.raises(error, match=message):
        import_file(FIXTURES / file_name, mapping, settings=settings)

    assert warehouse.value("select count(*) from raw_files.feedback") == 0
    assert warehouse.value("select count(*) from ops.loads") == 0


def test_a_dry_run_shows_shapes_and_no_content(settings):
    report = import_file(
        FIXTURES / "car_complaints.csv", "car_complaints", settings=settings, dry_run=True
    )

    assert report.is_dry_run
    assert len(report.samples) == 3
    assert report.samples[0]["text"] == "text, 18 characters"
    assert "异响" not in str(report)


def test_progress_is_reported(settings):
    seen: list[tuple[str, int]] = []

    import_file(
        FIXTURES / "car_complaints.csv",
        "car_complaints",
        settings=settings,
        progress=lambda what, rows: seen.append((what, rows)),
    )

    assert seen == [("car_complaints.feedback", 3)]


def test_many_chunks_land_whole(settings: Settings, warehouse, tmp_path):
    rows = [
        [str(number), "2024-03-01", str(number % 5 + 1), f"第{number}条"]
        for number in range(12_345)
    ]

    report = import_file(write_csv(tmp_path, *rows), write_mapping(tmp_path), settings=settings)

    assert report.rows_landed == len(rows)
    found = warehouse.rows(
        "select source_record_id, rating::int::text, text from raw_files.feedback"
    )
    assert sorted(found) == sorted((row[0], row[2], row[3]) for row in rows)
