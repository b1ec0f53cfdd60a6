from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ingestion.candidates import Candidate
from ingestion.contracts import ENTITIES, REVIEWS
from ingestion.dlt_pipeline import Stream
from ingestion.landing import ensure_tables, land
from tests.ingestion.test_contracts import REVIEW

ROOT = Path(__file__).resolve().parents[2]


def table_columns(warehouse) -> list[tuple]:
    return warehouse.rows(
        "select table_schema || '.' || table_name, column_name, data_type, is_nullable "
        "from information_schema.columns "
        "where table_schema like 'raw\\_%' and table_name !~ '^_dlt' "
        "and table_schema !~ '_landing$' order by 1, ordinal_position"
    )


def land_reviews(settings, *reviews):
    stream = Stream(REVIEWS, [Candidate(review) for review in reviews], "reviews")
    return land(settings, "reviews", [stream]).entities[0]


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.table)
def test_every_raw_table_exists_before_its_first_load(settings, warehouse, entity):
    found = {
        column: kind for table, column, kind, _ in table_columns(warehouse) if table == entity.table
    }

    assert list(found) == list(entity.columns)
    names = {"timestamptz": "timestamp with time zone"}
    assert found == {column: names.get(sql, sql) for column, sql in entity.columns.items()}


def test_a_load_and_a_second_start_change_no_column(settings, warehouse):
    before = table_columns(warehouse)

    land_reviews(settings)
    land_reviews(settings, REVIEW)
    ensure_tables(settings)

    assert table_columns(warehouse) == before


def test_a_column_that_a_contract_gained_is_added(settings, warehouse):
    from warehouse.postgres import connect

    with connect("voc_loader", settings) as connection:
        connection.execute("alter table raw_reviews.reviews drop column city")

    ensure_tables(settings)

    assert ("raw_reviews.reviews", "city", "text", "YES") in table_columns(warehouse)


def test_an_empty_load_is_recorded(settings, warehouse):
    report = land_reviews(settings)

    assert report.rows_read == 0
    assert warehouse.rows("select status, rows_read from ops.loads") == [("success", 0)]


def test_a_record_that_comes_twice_in_one_load_is_landed_once_in_its_newest_copy(
    settings, warehouse
):
    newer = {**REVIEW, "text": "新", "updated_at": "2024-02-01T00:00:00Z"}

    report = land_reviews(settings, REVIEW, newer, REVIEW)

    assert (report.rows_read, report.rows_written, report.rows_superseded) == (3, 1, 2)
    assert report.rows_read == report.rows_landed + report.rows_quarantined
    assert warehouse.rows("select text from raw_reviews.reviews") == [("新",)]


def test_copies_in_different_chunks_are_landed_once_in_their_newest_copy(
    settings, warehouse, monkeypatch
):
    monkeypatch.setattr("ingestion.entity_load.CHUNK_ROWS", 2)
    newer = {**REVIEW, "text": "新", "updated_at": "2024-02-01T00:00:00Z"}
    others = [{**REVIEW, "review_id": f"x{number}"} for number in range(5)]

    report = land_reviews(settings, newer, *others, REVIEW)

    assert report.rows_read == report.rows_landed == 7
    assert warehouse.value("select count(*) from raw_reviews.reviews") == 6
    assert warehouse.value("select text from raw_reviews.reviews where review_id = 'r1'") == "新"


def test_rows_of_several_files_are_landed_once_in_their_newest_copy(
    settings, warehouse, monkeypatch
):
    monkeypatch.setattr("ingestion.entity_load.CHUNK_ROWS", 2)
    monkeypatch.setattr("ingestion.dlt_pipeline.FILE_ROWS", 4)
    newer = {**REVIEW, "text": "新", "updated_at": "2024-02-01T00:00:00Z"}
    others = [{**REVIEW, "review_id": f"x{number}"} for number in range(10)]

    report = land_reviews(settings, newer, *others, REVIEW)

    assert report.rows_read == report.rows_landed == 12
    assert warehouse.value("select count(*) from raw_reviews.reviews") == 11
    assert warehouse.value("select text from raw_reviews.reviews where review_id = 'r1'") == "新"


def test_nothing_in_clear_is_left_beside_the_raw_tables(settings, warehouse):
    land_reviews(settings, {**REVIEW, "text": "只在原始表里"})

    leftovers = [path for path in (settings.state_dir / "dlt").rglob("*") if path.is_file()]
    assert leftovers == []
    assert warehouse.value("select count(*) from raw_reviews_landing.reviews") == 0


def test_landing_needs_no_airflow(settings):
    """Airflow is installed in the same environment, and dlt would ask it for its settings."""
    program = (
        "import sys\n"
        "from ingestion.dlt_pipeline import _import_dlt\n"
        "dlt = _import_dlt()\n"
        "dlt.config.get('anything')\n"
        "dlt.pipeline('probe', pipelines_dir=sys.argv[1])\n"
        "sys.exit('airflow' in sys.modules)\n"
    )

    outcome = subprocess.run(
        [sys.executable, "-c", program, str(settings.state_dir / "probe")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert outcome.returncode == 0, outcome.stderr


TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1)


@given(st.lists(TEXTS.filter(str.strip), min_size=1, max_size=8))
@hypothesis_settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_text_arrives_as_it_was_said(settings, warehouse, texts):
    awkward = ['a "quoted", text', "line\n\\.\nend", "\\N", "NULL", '""', "tab\tand\r\nbreak", "'"]
    nothing = dict.fromkeys(REVIEWS.source_columns)
    reviews = [
        {**nothing, **REVIEW, "review_id": f"t{number}", "text": text, "title": text}
        for number, text in enumerate([*awkward, *texts])
    ]

    land_reviews(settings, *reviews)

    landed = dict(warehouse.rows("select review_id, text from raw_reviews.reviews"))
    for review in reviews:
        assert landed[review["review_id"]] == review["text"]
    with_updates = warehouse.rows("select count(*) from raw_reviews.reviews where text <> title")
    assert with_updates == [(0,)]
