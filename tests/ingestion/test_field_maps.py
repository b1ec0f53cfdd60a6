"""Field maps: what ships is sound, what a company writes is checked, and how a record is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ingestion.errors import SourceConfigError
from ingestion.field_maps import FieldRule, ObjectMap, load_field_map
from warehouse.settings import Settings

CONFIG = Settings().config_dir


def make_map(**changes: Any) -> ObjectMap:
    return ObjectMap.model_validate(
        {
            "entity": "customers",
            "object": "Contact",
            "modified": "Changed",
            "fields": {"customer_id": "Id", "full_name": "Owner.Name"},
            **changes,
        }
    )


def read(rule: Any, record: dict[str, Any]) -> Any:
    return FieldRule.model_validate(rule).read(record)


@pytest.mark.parametrize(
    "path", sorted(CONFIG.glob("field_maps/*.yml")), ids=lambda path: path.stem
)
def test_the_maps_that_ship_are_sound(path: Path):
    assert load_field_map(CONFIG, path.stem).objects


@pytest.mark.parametrize(
    ("rule", "record", "expected"),
    [
        ("Name", {"Name": "王"}, "王"),
        ("Name", {"Name": ""}, None),
        ("Owner.Name", {"Owner": {"Name": "王"}}, "王"),
        ("Owner.Name", {"Owner": None}, None),
        ({"value": "online"}, {}, "online"),
        ({"from": ["Last", "First"], "joiner": " "}, {"Last": "Wang", "First": None}, "Wang"),
        ({"from": ["Last", "First"], "joiner": " "}, {"Last": "Li", "First": "Na"}, "Li Na"),
        ({"from": "Born", "part": "year"}, {"Born": "1990-05-04"}, "1990"),
        ({"from": "At", "part": "date"}, {"At": "2026-01-02T03:04:05Z"}, "2026-01-02"),
        ({"from": "Word", "map": {"High": "high"}}, {"Word": "High"}, "high"),
        ({"from": "Word", "map": {"High": "high"}}, {"Word": "Odd"}, "Odd"),
        ({"from": "Word", "map": {"High": "high"}, "otherwise": None}, {"Word": "Odd"}, None),
        ({"from": "Word", "map": {"High": "high"}, "otherwise": "low"}, {"Word": None}, None),
        ({"from": "Flag", "map": {"True": "yes"}}, {"Flag": True}, "yes"),
        ("Amount", {"Amount": 0}, 0),
    ],
)
def test_a_rule_reads_its_value(rule: Any, record: dict[str, Any], expected: Any):
    assert read(rule, record) == expected


def test_a_path_that_is_not_there_is_told_from_an_empty_one():
    with pytest.raises(KeyError):
        read("Name", {"Other": 1})


def test_a_column_that_is_not_mapped_is_null_and_one_that_is_gone_is_left_out():
    values = make_map().parse({"Id": "1", "Changed": "2026-01-01T00:00:00Z"})

    assert values is not None
    assert values["city"] is None
    assert "full_name" not in values
    assert values["updated_at"] == "2026-01-01T00:00:00Z"
    assert "phone_hash" not in values


def test_a_prefix_keeps_ids_apart_but_not_those_of_other_systems():
    mapped = make_map(
        entity="cases",
        fields={
            "case_id": "Id",
            "opened_at": "At",
            "agent_id": "Owner",
            "feedback_record_id": "Ticket",
        },
    )

    values = mapped.parse(
        {"Id": 1, "At": None, "Owner": None, "Ticket": "T1", "Changed": ""}, "sf:"
    )

    assert values is not None
    assert (values["case_id"], values["agent_id"]) == ("sf:1", None)
    assert values["feedback_record_id"] == "T1"


def test_a_record_without_what_makes_it_one_is_none():
    mapped = make_map(only_with=["full_name"])

    assert mapped.parse({"Id": "1", "Owner": None, "Changed": ""}) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"entity": "clients"}, "unknown entity 'clients'.*customers"),
        ({"fields": {"customer_id": "Id", "nickname": "Nick"}}, "no column nickname"),
        ({"fields": {"full_name": "Name"}}, "must have customer_id"),
        ({"fields": {"customer_id": {"from": "Id", "value": "x"}}}, "not both"),
        ({"fields": {"customer_id": {"form": "Id"}}}, "form"),
        ({"only_with": ["nickname"]}, "no column nickname"),
        ({"fields": {"customer_id": "Id", "updated_at": "X"}}, "no column updated_at"),
    ],
    ids=["entity", "column", "key not mapped", "two origins", "key", "condition", "version"],
)
def test_a_wrong_map_names_the_file_and_the_cause(
    tmp_path: Path, change: dict[str, Any], words: str
):
    (tmp_path / "field_maps").mkdir()
    mapped = {
        "entity": "customers",
        "object": "Contact",
        "modified": "Changed",
        "fields": {"customer_id": "Id"},
        **change,
    }
    content = yaml.safe_dump({"version": 1, "objects": [mapped]})
    (tmp_path / "field_maps" / "mine.yml").write_text(content)

    with pytest.raises(SourceConfigError, match=rf"(?s)mine\.yml.*{words}"):
        load_field_map(tmp_path, "mine")


def test_two_objects_for_one_entity_are_refused(tmp_path: Path):
    (tmp_path / "field_maps").mkdir()
    mapped = make_map().model_dump(by_alias=True, exclude_unset=True)
    content = yaml.safe_dump({"version": 1, "objects": [mapped, mapped]})
    (tmp_path / "field_maps" / "mine.yml").write_text(content)

    with pytest.raises(SourceConfigError, match="customers: filled by more than one"):
        load_field_map(tmp_path, "mine")


def test_a_missing_map_lists_those_there_are():
    with pytest.raises(SourceConfigError, match=r"missing; there are hubspot, salesforce"):
        load_field_map(CONFIG, "sap")
