from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from ingestion.errors import ImportFileError
from ingestion.mappings import Mapping
from ingestion.row_mapping import RowError, RowMapper, find_unknown_columns

NAMES = {"zh": "名", "en": "name"}


def make(**changes: Any) -> Mapping:
    return Mapping.model_validate(
        {
            "version": 1,
            "slug": "own_export",
            "name": NAMES,
            "description": NAMES,
            "channel_slug": "review",
            "is_solicited": False,
            "record_id": {"columns": ["id"]},
            "fields": {"text": "content"},
            **changes,
        }
    )


def map_one(values: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return RowMapper(make(**changes)).map_row(values)


@pytest.mark.parametrize(
    ("value", "formats", "expected"),
    [
        ("2024-03-01 09:15:00", [], datetime(2024, 3, 1, 1, 15, tzinfo=UTC)),
        ("2024-03-01T09:15:00Z", [], datetime(2024, 3, 1, 9, 15, tzinfo=UTC)),
        ("2024/3/1 9:15", [], datetime(2024, 3, 1, 1, 15, tzinfo=UTC)),
        ("2024年3月1日", [], datetime(2024, 2, 29, 16, 0, tzinfo=UTC)),
        ("01.03.2024", ["%d.%m.%Y"], datetime(2024, 2, 29, 16, 0, tzinfo=UTC)),
        (date(2024, 3, 1), [], datetime(2024, 2, 29, 16, 0, tzinfo=UTC)),
        (datetime(2024, 3, 1, 9, 15), [], datetime(2024, 3, 1, 1, 15, tzinfo=UTC)),
    ],
    ids=str,
)
def test_dates_are_read_in_the_mappings_zone(value, formats, expected):
    rule = {"column": "at", "formats": formats}

    record = map_one({"at": value, "content": "x"}, fields={"occurred_at": rule, "text": "content"})

    assert record["occurred_at"] == expected


@pytest.mark.parametrize("value", ["tomorrow", "20240301", "1709256900", "2024-13-01"])
def test_a_date_that_cannot_be_read_is_refused(value):
    with pytest.raises(RowError) as caught:
        map_one({"at": value}, fields={"occurred_at": "at"})

    assert caught.value.problem.reason_code == "bad_date"


def test_title_and_body_become_one_text_without_gaps():
    fields = {"text": {"columns": ["title", "content"]}}

    assert map_one({"title": "好", "content": "很快"}, fields=fields)["text"] == "好\n很快"
    assert map_one({"title": "", "content": "很快"}, fields=fields)["text"] == "很快"
    assert map_one({"title": " ", "content": ""}, fields=fields)["text"] is None


def test_value_maps_translate_and_refuse_what_they_do_not_list():
    fields = {"csat_score": {"column": "score", "values": {1: 5, 7: None}}}

    assert map_one({"score": "1"}, fields=fields)["csat_score"] == 5
    assert map_one({"score": 7}, fields=fields)["csat_score"] is None
    assert map_one({"score": ""}, fields=fields)["csat_score"] is None
    with pytest.raises(RowError) as caught:
        map_one({"score": "8"}, fields=fields)
    assert caught.value.problem.reason_code == "out_of_range"


def test_words_for_nothing_become_null_where_they_are_listed():
    fields = {"text": {"column": "content", "null_values": ["Did not answer"]}}
    values = {"content": " Did not answer ", "note": "Did not answer", "other": "n/a"}

    record = map_one(values, fields=fields, null_values=["n/a"], metadata_columns=["note", "other"])

    assert record["text"] is None
    assert record["source_metadata"] == {"note": "Did not answer"}


def test_unmapped_columns_are_kept_as_metadata_and_ignored_ones_are_not():
    record = map_one(
        {"id": "1", "content": "x", "likes": 3, "tags": ["a"], "internal": "y", "empty": ""},
        ignored_columns=["internal"],
    )

    assert record["source_metadata"] == {"likes": 3, "tags": ["a"]}


def test_constants_reach_every_record():
    record = map_one({"content": "x"}, constants={"rating_scale": 5, "occurred_at": "2024-05-01"})

    assert record["rating_scale"] == 5
    assert record["occurred_at"] == datetime(2024, 4, 30, 16, 0, tzinfo=UTC)
    assert (record["source_slug"], record["channel_slug"]) == ("own_export", "review")


def test_ids_come_from_their_columns():
    mapper = RowMapper(make(record_id={"columns": ["shop", "id"]}))

    assert mapper.read_id({"shop": "A ", "id": 7}) == "A|7"
    with pytest.raises(RowError, match="'id' is empty"):
        mapper.read_id({"shop": "A", "id": " "})


def test_content_ids_depend_on_content_alone():
    mapper = RowMapper(make(record_id={"from_content": True}, ignored_columns=["exported_at"]))
    values = {"content": "x", "star": "5", "exported_at": "monday", "empty": ""}

    assert mapper.read_id(values) is None
    assert mapper.hash_content(values) == mapper.hash_content({"star": "5", "content": "x"})
    assert mapper.hash_content(values) != mapper.hash_content({"star": "4", "content": "x"})


def test_a_dialogue_keeps_its_turns_in_order_and_its_first_known_values():
    mapper = RowMapper(
        make(
            record_id=None,
            fields={"customer_ref": "user", "occurred_at": "at"},
            dialogue={
                "group_by": "session",
                "speaker": {"column": "role", "values": {"客户": "customer", "客服": "agent"}},
                "text": "words",
                "start_seconds": "offset",
            },
            metadata_columns=["sku"],
        )
    )
    rows = [
        {"session": "s", "user": "", "at": "2024-03-01 09:00", "role": "客服", "words": "您好",
         "offset": "0", "sku": "1"},
        {"session": "s", "user": "U1", "at": "2024-03-01 09:01", "role": "客户", "words": "",
         "offset": "4.5", "sku": "2"},
    ]  # fmt: skip

    record = mapper.map_dialogue(rows)

    assert record["customer_ref"] == "U1"
    assert record["occurred_at"] == datetime(2024, 3, 1, 1, 0, tzinfo=UTC)
    assert record["turns"] == [
        {"speaker": "agent", "text": "您好", "start_seconds": "0"},
        {"speaker": "customer", "text": "", "start_seconds": "4.5"},
    ]
    assert record["source_metadata"] == {"sku": ["1", "2"]}


def test_a_column_that_the_file_lacks_is_named_with_the_nearest():
    with pytest.raises(ImportFileError, match=r"'content'.*columns are id, contents; did you mean"):
        find_unknown_columns(make(), ["id", "contents"])


def test_columns_that_the_mapping_does_not_mention_are_found():
    mapping = make(metadata_columns=["likes"], ignored_columns=["internal"])

    assert find_unknown_columns(mapping, ["id", "content", "likes", "internal", "mood"]) == ["mood"]
