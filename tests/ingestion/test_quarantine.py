from __future__ import annotations

import shutil

import pytest
import yaml

from ingestion.candidates import Candidate
from ingestion.contracts import REVIEWS
from ingestion.dlt_pipeline import Stream
from ingestion.errors import IngestionError
from ingestion.files import import_file
from ingestion.landing import land
from ingestion.quarantine import drop_entries, list_entries, replay_entries, show_entry
from tests.ingestion.conftest import FIXTURES
from tests.ingestion.test_contracts import REVIEW
from warehouse.postgres import connect

BROKEN = {**REVIEW, "review_id": "r2", "rating": 9, "text": "九分\x00"}


def land_reviews(settings, *reviews):
    stream = Stream(REVIEWS, [Candidate(review) for review in reviews], "reviews")
    return land(settings, "reviews", [stream])


def rewrite_payloads(settings, old: str, new: str) -> None:
    with connect("voc_loader", settings) as connection:
        connection.execute(
            "update ops.quarantine set raw_payload = replace(raw_payload, %s, %s)", (old, new)
        )


def test_entries_are_listed_without_payload_and_shown_with_it(settings):
    land_reviews(settings, REVIEW, BROKEN)

    (entry,) = list_entries(settings, source="reviews")

    assert (entry.native_id, entry.reason_code, entry.field) == ("r2", "nul_byte", "text")
    assert entry.raw_payload is None
    assert "\\u0000" in (show_entry(settings, entry.quarantine_id).raw_payload or "")
    assert list_entries(settings, source="calls") == []
    assert list_entries(settings, status="dropped") == []


def test_the_same_record_again_adds_nothing(settings, warehouse):
    land_reviews(settings, BROKEN)
    report = land_reviews(settings, BROKEN, BROKEN)

    assert report.rows_quarantined == 2
    assert len(warehouse.quarantined()) == 1


def test_dropped_entries_stay_on_record(settings, warehouse):
    land_reviews(settings, BROKEN)
    (entry,) = list_entries(settings)

    assert drop_entries(settings, [entry.quarantine_id]) == 1
    assert drop_entries(settings, [entry.quarantine_id]) == 0
    assert list_entries(settings) == []
    assert show_entry(settings, entry.quarantine_id).status == "dropped"


def test_an_entry_that_is_not_there_is_said_to_be(settings):
    with pytest.raises(IngestionError, match="no entry 4711"):
        show_entry(settings, 4711)


def test_a_replay_leaves_open_what_still_does_not_fit(settings, warehouse):
    land_reviews(settings, BROKEN)
    (entry,) = list_entries(settings)

    report = replay_entries(settings)

    assert report.replayed == 0
    assert "NUL" in report.still_open[entry.quarantine_id]
    assert show_entry(settings, entry.quarantine_id).status == "open"


def test_a_replay_lands_what_fits_after_a_fix_and_only_once(settings, warehouse):
    # stands for a mended contract: the payload becomes one that fits
    land_reviews(settings, BROKEN)
    rewrite_payloads(settings, "\\u0000", "")
    rewrite_payloads(settings, "9", "4")

    first, second = replay_entries(settings), replay_entries(settings)

    assert (first.replayed, first.still_open) == (1, {})
    assert second.replayed == 0
    assert warehouse.rows("select review_id, rating::int, text from raw_reviews.reviews") == [
        ("r2", 4, "九分")
    ]
    assert list_entries(settings, status="replayed")[0].resolved_at is not None


def test_a_replay_does_not_put_an_older_copy_over_a_newer_one(settings, warehouse):
    land_reviews(
        settings, {**REVIEW, "rating": 4, "updated_at": "2024-02-01T00:00:00Z", "text": "新"}
    )
    land_reviews(settings, {**REVIEW, "rating": 9})
    rewrite_payloads(settings, "9", "3")

    assert replay_entries(settings).replayed == 1
    assert warehouse.rows("select text from raw_reviews.reviews") == [("新",)]


def test_a_corrected_copy_from_the_source_closes_its_entry(settings, warehouse):
    land_reviews(settings, BROKEN)
    land_reviews(settings, {**BROKEN, "rating": 5, "text": "改好了"})

    assert [entry.status for entry in list_entries(settings, status=None)] == ["replayed"]
    assert warehouse.rows("select review_id, text from raw_reviews.reviews") == [("r2", "改好了")]


def test_an_older_good_copy_does_not_close_the_entry_of_a_newer_broken_one(settings, warehouse):
    land_reviews(settings, {**BROKEN, "rating": 5, "text": "好"}, BROKEN)

    assert [entry.status for entry in list_entries(settings, status=None)] == ["open"]


def test_a_mended_mapping_brings_its_rows_back(settings, warehouse, tmp_path):
    shipped = yaml.safe_load(
        (settings.config_dir / "mappings" / "nhs_survey.yml").read_text(encoding="utf-8")
    )
    del shipped["fields"]["csat_score"]["values"][5]
    path = tmp_path / "survey.yml"
    path.write_text(yaml.safe_dump(shipped, allow_unicode=True))
    report = import_file(FIXTURES / "nhs_survey.csv", path, settings=settings)
    assert report.quarantine_reasons == {"out_of_range": 1, "empty_feedback": 1}
    shutil.copy(settings.config_dir / "mappings" / "nhs_survey.yml", path)

    replayed = replay_entries(settings, source="nhs_survey")

    assert replayed.replayed == 1
    assert len(replayed.still_open) == 1
    assert warehouse.rows(
        "select csat_score::int from raw_files.feedback where author_ref = 'T 2'"
    ) == [(1,)]
    # the whole file again finds everything in place
    again = import_file(FIXTURES / "nhs_survey.csv", path, settings=settings)
    assert again.rows_unchanged == 4


def test_a_repeated_id_is_not_replayed_over_its_first_record(settings, warehouse, tmp_path):
    path = tmp_path / "complaints.csv"
    path.write_text(
        (FIXTURES / "car_complaints.csv").read_text(encoding="utf-8")
        + "9001,2024-02-09,丙牌,丙一,,,,同一个编号的另一条投诉\n",
        encoding="utf-8",
    )
    import_file(path, "car_complaints", settings=settings)
    (entry,) = list_entries(settings)
    assert entry.reason_code == "duplicate_id"

    report = replay_entries(settings, quarantine_ids=[entry.quarantine_id])

    assert "taken by another record" in report.still_open[entry.quarantine_id]


def test_unreadable_rows_say_that_the_file_has_to_be_corrected(settings, tmp_path):
    path = tmp_path / "complaints.csv"
    path.write_bytes((FIXTURES / "car_complaints.csv").read_bytes() + b"9004,\xff\n")
    import_file(path, "car_complaints", settings=settings)

    report = replay_entries(settings)

    assert report.replayed == 0
    assert "import the corrected file" in next(iter(report.still_open.values()))
