"""Folders of exports as a source: the same import, by listing, again and again."""

from __future__ import annotations

import gzip
import os
import shutil
import time
from pathlib import Path

import pytest
import yaml

from ingestion.errors import SourceConfigError, SourceError
from ingestion.files import import_file
from ingestion.registry import load_all, load_source
from tests.ingestion.conftest import FIXTURES
from warehouse.settings import Settings

SLUG = "appstore_reviews"
OLD = time.time() - 7_200


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


@pytest.fixture
def settings_with_inbox(settings: Settings, inbox: Path, tmp_path: Path) -> Settings:
    """Return settings whose only source is a folder of files."""
    return configure(settings, tmp_path, {"path": str(inbox)})


def configure(settings: Settings, tmp_path: Path, options: dict, slug: str = SLUG) -> Settings:
    config = tmp_path / "project" / "config"
    shutil.copytree(settings.config_dir, config, dirs_exist_ok=True)
    content = yaml.safe_load((config / "sources.yml").read_text(encoding="utf-8"))
    content["sources"] = {
        slug: {
            "name": {"zh": "应用商店评论", "en": "App store reviews"},
            "connector": "files",
            "mapping": SLUG,
            "quarantine_share_limit": 0.5,
            "settle_seconds": 0,
            **options,
        }
    }
    (config / "sources.yml").write_text(yaml.safe_dump(content, allow_unicode=True))
    return settings.model_copy(update={"root": config.parent})


def deliver(inbox: Path, name: str, content: bytes | None = None, moment: float = OLD) -> Path:
    path = inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content or (FIXTURES / "appstore_reviews.csv").read_bytes())
    os.utime(path, (moment, moment))
    return path


def read_feedback(warehouse) -> list[tuple]:
    return warehouse.rows(
        "select source_slug, source_record_id, text, rating from raw_files.feedback order by 1, 2"
    )


def test_a_folder_lands_what_the_import_verb_lands(settings_with_inbox, warehouse, inbox):
    deliver(inbox, "2026/11/reviews.csv")

    report = load_source(settings_with_inbox, SLUG)
    as_source = read_feedback(warehouse)
    entry = warehouse.rows("select source_slug, entity, status from ops.loads")
    again = import_file(inbox / "2026/11/reviews.csv", SLUG, settings=settings_with_inbox)

    assert report.rows_read == report.rows_landed + report.rows_quarantined == again.rows_read
    assert entry == [(SLUG, "feedback", "success")]
    assert as_source
    assert read_feedback(warehouse) == as_source
    assert again.rows_unchanged == again.rows_landed


def test_files_are_taken_once_and_again_when_they_were_corrected(
    settings_with_inbox, warehouse, inbox
):
    first = deliver(inbox, "a.csv")
    deliver(inbox, "b.csv.gz", gzip.compress(first.read_bytes()))

    loaded = load_source(settings_with_inbox, SLUG)
    idle = load_source(settings_with_inbox, SLUG)
    deliver(inbox, "a.csv", moment=OLD + 60)
    corrected = load_source(settings_with_inbox, SLUG)
    everything = load_source(settings_with_inbox, SLUG, full=True)

    assert [len(report.entities) for report in (loaded, idle, corrected, everything)] == [
        2,
        0,
        1,
        2,
    ]
    assert warehouse.value("select count(*) from raw_files.imported_files") == 2
    assert everything.entities[0].rows_written == 0


def test_a_broken_file_stops_no_other_and_is_tried_again(settings_with_inbox, warehouse, inbox):
    good = deliver(inbox, "b.csv")
    deliver(inbox, "a.csv", b"column\nvalue\n")

    with pytest.raises(SourceError, match=r"a\.csv: the file has no column.*--dry-run") as caught:
        load_source(settings_with_inbox, SLUG)
    landed = read_feedback(warehouse)
    deliver(inbox, "a.csv", good.read_bytes(), moment=OLD + 60)

    assert landed
    assert caught.value.report.rows_read > 0
    assert load_source(settings_with_inbox, SLUG).rows_read > 0
    assert read_feedback(warehouse) == landed


def test_a_file_that_is_still_on_its_way_waits_and_is_no_failure(
    settings_with_inbox, warehouse, inbox, caplog
):
    whole = gzip.compress((FIXTURES / "appstore_reviews.csv").read_bytes())
    deliver(inbox, "a.csv.gz", whole[: len(whole) // 2], moment=time.time())

    assert load_source(settings_with_inbox, SLUG).entities == ()
    assert "a.csv.gz waits for the next load" in caplog.text

    deliver(inbox, "a.csv.gz", whole, moment=time.time())
    assert load_source(settings_with_inbox, SLUG).rows_landed > 0


def test_a_file_that_vanishes_takes_nothing_with_it(settings_with_inbox, warehouse, inbox):
    path = deliver(inbox, "a.csv")
    load_source(settings_with_inbox, SLUG)
    landed = read_feedback(warehouse)
    path.unlink()

    assert load_source(settings_with_inbox, SLUG).entities == ()
    assert read_feedback(warehouse) == landed


def test_a_pattern_chooses_and_other_endings_are_passed_over(settings, warehouse, inbox, tmp_path):
    chosen = configure(settings, tmp_path, {"path": f"{inbox}/reviews_*.csv"})
    deliver(inbox, "reviews_1.csv")
    deliver(inbox, "orders_1.csv", b"a,b\n1,2\n")
    deliver(inbox, "reviews_1.csv.part", b"half")

    assert [entity.entity for entity in load_source(chosen, SLUG).entities] == ["feedback"]


def test_a_single_file_is_a_source_too(settings, warehouse, inbox, tmp_path):
    path = deliver(inbox, "reviews.csv")

    assert load_source(configure(settings, tmp_path, {"path": str(path)}), SLUG).rows_read > 0


def test_files_written_in_a_window_are_read_again(settings_with_inbox, warehouse, inbox):
    from datetime import UTC, datetime, timedelta

    deliver(inbox, "a.csv")
    deliver(inbox, "b.csv", moment=OLD - 86_400)
    load_source(settings_with_inbox, SLUG)
    since = datetime.fromtimestamp(OLD, UTC) - timedelta(hours=1)

    assert len(load_source(settings_with_inbox, SLUG, since=since).entities) == 1


def test_the_nightly_load_of_all_takes_folders_along(settings_with_inbox, warehouse, inbox):
    deliver(inbox, "a.csv")

    (report,) = load_all(settings_with_inbox)

    assert (report.source, report.rows_landed > 0) == (SLUG, True)


def test_a_source_has_the_name_of_its_mapping(settings, warehouse, inbox, tmp_path):
    wrong = configure(settings, tmp_path, {"path": str(inbox)}, slug="reviews_folder")

    with pytest.raises(SourceConfigError, match="call the source 'appstore_reviews'"):
        load_source(wrong, "reviews_folder")


def test_a_folder_that_is_not_there_is_named(settings, warehouse, tmp_path):
    lost = configure(settings, tmp_path, {"path": "/no/such/folder"})

    with pytest.raises(SourceError, match="listing '/no/such/folder'"):
        load_source(lost, SLUG)


def test_an_unknown_connection_is_named_with_the_way_to_add_it(settings, tmp_path):
    from warehouse.settings import SettingsError

    lost = configure(settings, tmp_path, {"path": "in", "connection": "archive"})

    with pytest.raises(SettingsError, match=r"'archive'; known are calls.*VOC_FILE_CONNECTIONS"):
        load_source(lost, SLUG)
