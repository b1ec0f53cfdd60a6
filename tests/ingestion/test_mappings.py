from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ingestion.errors import MappingError
from ingestion.mappings import list_mappings, load_mapping
from warehouse.settings import Settings

SETTINGS = Settings()
BASE = {
    "version": 1,
    "slug": "own_export",
    "name": {"zh": "自有导出", "en": "Own export"},
    "description": {"zh": "说明", "en": "What it is"},
    "channel_slug": "review",
    "is_solicited": False,
    "record_id": {"columns": ["id"]},
    "fields": {"text": "content"},
}


def write(folder: Path, **changes: object) -> Path:
    path = folder / "own.yml"
    path.write_text(yaml.safe_dump({**BASE, **changes}, allow_unicode=True), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", list_mappings(SETTINGS.config_dir))
def test_every_shipped_mapping_is_valid_and_named_in_both_languages(name):
    mapping = load_mapping(SETTINGS, name)

    assert mapping.slug == name
    assert any("\u4e00" <= char <= "\u9fff" for char in mapping.name.zh + mapping.description.zh)
    assert mapping.name.en.isascii()


def test_the_typical_exports_are_shipped():
    assert {
        "appstore_reviews",
        "car_complaints",
        "dialogues",
        "gov_messages",
        "nhs_survey",
        "restaurant_reviews",
    } <= set(list_mappings(SETTINGS.config_dir))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"feilds": {}}, ["feilds", "unknown key", "fields"]),
        ({"fields": {"ratng": "star"}}, ["ratng", "did you mean 'rating'?"]),
        ({"fields": {"text": {"colum": "content"}}}, ["fields.text", "colum", "column"]),
        ({"fields": {"text": {}}}, ["fields.text", "either `column` or `columns`"]),
        ({"channel_slug": "reviews"}, ["reviews", "did you mean 'review'?"]),
        ({"slug": "reviews"}, ["slug", "connector"]),
        ({"slug": "Own Export"}, ["slug", "pattern"]),
        ({"time_zone": "Beijing"}, ["time_zone", "Asia/Shanghai"]),
        ({"record_id": None}, ["record_id is missing"]),
        ({"record_id": {}}, ["either `columns` or `from_content"]),
        ({"constants": {"text": "x"}}, ["both fields and constants"]),
        ({"version": 2}, ["version"]),
        ({"name": {"zh": "只有中文"}}, ["name.en: is missing"]),
    ],
)
def test_a_wrong_mapping_names_the_key_and_what_is_allowed(tmp_path, changes, words):
    path = write(tmp_path, **changes)

    with pytest.raises(MappingError) as caught:
        load_mapping(SETTINGS, path)

    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_an_unknown_mapping_lists_the_shipped_ones():
    with pytest.raises(MappingError, match=r"car_complaints.*did you mean 'car_complaints'"):
        load_mapping(SETTINGS, "car_complaint")


@pytest.mark.parametrize("content", ["slug: [", "- just\n- a list\n", ""])
def test_a_file_that_is_no_mapping_says_so(tmp_path, content):
    path = tmp_path / "own.yml"
    path.write_text(content)

    with pytest.raises(MappingError, match=r"own\.yml"):
        load_mapping(SETTINGS, path)


def test_the_column_shorthand_and_numeric_keys_are_read(tmp_path):
    path = write(
        tmp_path, fields={"text": "content", "csat_score": {"column": "s", "values": {1: 5}}}
    )

    mapping = load_mapping(SETTINGS, path)

    assert mapping.fields["text"].column == "content"
    assert mapping.fields["csat_score"].values == {"1": 5}
    assert sorted(mapping.mapped_columns) == ["content", "id", "s"]
