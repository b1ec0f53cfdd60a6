from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.candidates import dump_payload, escape_bytes
from ingestion.contracts import (
    CALLS,
    CUSTOMER_NOTES,
    CUSTOMERS,
    ENTITIES,
    IMPORTED_FEEDBACK,
    REASONS,
    REVIEWS,
    SURVEY_RESPONSES,
    ContractError,
    Entity,
    hash_rows,
    read_batch,
    validate,
)

MOMENT = "2024-01-02T03:04:05+08:00"
REVIEW = {
    "review_id": "r1",
    "rating": 5,
    "rating_scale": 5,
    "text": "很好",
    "posted_at": MOMENT,
    "updated_at": MOMENT,
}
RESPONSE = {"response_id": "s1", "submitted_at": MOMENT, "updated_at": MOMENT}
CALL = {
    "call_id": "c1",
    "started_at": MOMENT,
    "updated_at": MOMENT,
    "transfers": [],
    "turns": [{"speaker": "customer", "start_seconds": 0.0, "text": "喂"}],
}
NOTE = {"note_id": "n1", "note_text": "x", "created_at": MOMENT, "updated_at": MOMENT}
FEEDBACK = {
    "source_slug": "a",
    "source_record_id": "1",
    "channel_slug": "review",
    "is_solicited": False,
    "text": "x",
}


def find_problem(entity: Entity, values: dict[str, Any]) -> tuple[str, str | None]:
    with pytest.raises(ContractError) as caught:
        validate(entity, values, b"key")
    return caught.value.problem.reason_code, caught.value.problem.field


@pytest.mark.parametrize(
    ("entity", "values", "change", "reason_code", "field"),
    [
        (REVIEWS, REVIEW, {"review_id": None}, "missing_field", "review_id"),
        (REVIEWS, REVIEW, {"review_id": "  "}, "missing_field", "review_id"),
        (REVIEWS, REVIEW, {"posted_at": None}, "missing_field", "posted_at"),
        (REVIEWS, REVIEW, {"rating": 6}, "out_of_range", "rating"),
        (REVIEWS, REVIEW, {"rating": -1}, "out_of_range", "rating"),
        (REVIEWS, REVIEW, {"rating": "five"}, "wrong_type", "rating"),
        (REVIEWS, REVIEW, {"rating": True}, "wrong_type", "rating"),
        (REVIEWS, REVIEW, {"rating": float("nan")}, "out_of_range", "rating"),
        (REVIEWS, REVIEW, {"rating_scale": None}, "missing_field", "rating_scale"),
        (REVIEWS, REVIEW, {"text": 12}, "wrong_type", "text"),
        (REVIEWS, REVIEW, {"text": "a\x00b"}, "nul_byte", "text"),
        (REVIEWS, REVIEW, {"text": "\ud800"}, "bad_encoding", "text"),
        (REVIEWS, REVIEW, {"text": "x" * 1_000_000}, "text_too_long", "text"),
        (REVIEWS, REVIEW, {"text": "字" * 350_000}, "text_too_long", "text"),
        (REVIEWS, REVIEW, {"text": " ", "rating": None}, "empty_feedback", "text"),
        (REVIEWS, REVIEW, {"posted_at": "2024-01-02 03:04"}, "wrong_type", "posted_at"),
        (REVIEWS, REVIEW, {"posted_at": "1970-01-01T00:00:00Z"}, "bad_date", "posted_at"),
        (REVIEWS, REVIEW, {"posted_at": "2199-01-01T00:00:00Z"}, "bad_date", "posted_at"),
        (REVIEWS, REVIEW, {"posted_at": "yesterday"}, "bad_date", "posted_at"),
        (REVIEWS, REVIEW, {"posted_at": 1_700_000_000}, "wrong_type", "posted_at"),
        (SURVEY_RESPONSES, RESPONSE, {"nps": 11}, "out_of_range", "nps"),
        (SURVEY_RESPONSES, RESPONSE, {"nps": 7.5}, "wrong_type", "nps"),
        (SURVEY_RESPONSES, RESPONSE, {"csat": 0}, "out_of_range", "csat"),
        (SURVEY_RESPONSES, RESPONSE, {"ces": 8}, "out_of_range", "ces"),
        (SURVEY_RESPONSES, RESPONSE, {"comment": ""}, "empty_feedback", "comment"),
        (CALLS, CALL, {"turns": None}, "missing_field", "turns"),
        (CALLS, CALL, {"turns": []}, "empty_feedback", "turns"),
        (CALLS, CALL, {"turns": "喂"}, "wrong_type", "turns"),
        (CALLS, CALL, {"ended_at": "2023-01-02T03:04:05+08:00"}, "bad_date", "ended_at"),
        (CUSTOMER_NOTES, NOTE, {"note_text": None}, "empty_feedback", "note_text"),
        (IMPORTED_FEEDBACK, FEEDBACK, {"text": None}, "empty_feedback", "text"),
        (IMPORTED_FEEDBACK, FEEDBACK, {"is_solicited": None}, "missing_field", "is_solicited"),
    ],
)
def test_what_does_not_fit_is_named(entity, values, change, reason_code, field):
    assert find_problem(entity, values | change) == (reason_code, field)


@pytest.mark.parametrize(
    ("turn", "reason_code"),
    [
        ({"speaker": "robot", "text": "x"}, "out_of_range"),
        ({"speaker": "agent", "text": "x\x00"}, "nul_byte"),
        ({"speaker": "agent", "text": "x", "note": {"deep": ["\x00"]}}, "nul_byte"),
        ({"speaker": "agent", "text": "x", "start_seconds": -1}, "out_of_range"),
    ],
    ids=["unknown speaker", "NUL in the text", "NUL in an unknown key", "before the start"],
)
def test_a_broken_turn_is_found(turn, reason_code):
    found, field = find_problem(CALLS, CALL | {"turns": [*CALL["turns"], turn]})

    assert found == reason_code
    assert field is not None and field.startswith("turns")


def test_reasons_are_explained_and_never_quote_the_record():
    with pytest.raises(ContractError) as caught:
        validate(REVIEWS, REVIEW | {"rating": "张三的分", "text": 13800000000}, b"key")

    assert "张三" not in caught.value.problem.reason
    assert "13800000000" not in caught.value.problem.reason
    assert caught.value.problem.reason_code in REASONS


def test_moments_become_utc_and_numbers_stay_exact():
    row = validate(REVIEWS, REVIEW | {"rating": 4.1}, b"key")

    assert row["posted_at"] == datetime(2024, 1, 1, 19, 4, 5, tzinfo=UTC)
    assert row["posted_at"].tzinfo is UTC
    assert row["rating"] == Decimal("4.1")


def test_two_days_ahead_is_a_clock_three_days_is_an_error():
    soon = datetime.now(UTC) + timedelta(hours=47)
    late = datetime.now(UTC) + timedelta(hours=49)

    assert validate(REVIEWS, REVIEW | {"posted_at": soon}, b"key")["posted_at"] == soon
    assert find_problem(REVIEWS, REVIEW | {"posted_at": late}) == ("bad_date", "posted_at")


def test_turns_keep_what_only_the_source_knows():
    turns = [{"speaker": "agent", "text": "您好", "asr": {"confidence": 0.9}}]

    row = validate(CALLS, CALL | {"turns": turns}, b"key")

    assert json.loads(row["turns"]) == turns


def test_a_written_backslash_u0000_is_no_nul_byte():
    turns = [{"speaker": "agent", "text": "\\u0000"}]

    assert json.loads(validate(CALLS, CALL | {"turns": turns}, b"key")["turns"]) == turns


def test_contacts_are_hashed_alike_however_they_are_written():
    first = validate(CUSTOMERS, customer(phone="+86 138-0000-0000", email=" A@Example.com"), b"key")
    second = validate(CUSTOMERS, customer(phone="13800000000", email="a@example.com"), b"key")
    other_key = validate(CUSTOMERS, customer(phone="13800000000"), b"other")

    assert first["phone_hash"] == second["phone_hash"] != other_key["phone_hash"]
    assert first["email_hash"] == second["email_hash"]


def test_a_phone_without_digits_is_nobodys():
    row = validate(CUSTOMERS, customer(phone="-"), b"key")

    assert row["phone_hash"] is None


def customer(**values: Any) -> dict[str, Any]:
    return {"customer_id": "c1", "updated_at": MOMENT, **values}


def test_unknown_fields_are_kept_apart():
    batch = read_batch(REVIEWS, [REVIEW | {"likes": 3}, REVIEW], b"key")

    assert json.loads(batch.columns["_extra"][0]) == {"likes": 3}
    assert batch.columns["_extra"][1] is None
    assert batch.new_columns == {"likes"}


def test_the_hash_sees_content_and_not_how_it_came():
    row = validate(IMPORTED_FEEDBACK, FEEDBACK | {"rating": 5, "rating_scale": 5}, b"key")
    row["_extra"] = None
    rows = [
        row,
        row | {"rating": Decimal("5.0"), "import_id": "other", "file_row": 9},
        row | {"rating": Decimal(4)},
        row | {"_extra": '{"a":1}'},
    ]

    first, again, other_rating, other_extra = hash_rows(
        IMPORTED_FEEDBACK, {name: [row[name] for row in rows] for name in row}
    )

    assert first == again
    assert len({first, other_rating, other_extra}) == 3


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.table)
def test_every_entity_has_its_key_and_version_among_its_columns(entity):
    assert set(entity.key) <= entity.contract_columns.keys()
    assert entity.version is None or entity.contract_columns[entity.version] == "timestamptz"
    assert entity.derived <= entity.contract_columns.keys()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner),
    max_leaves=8,
)


@given(JSON)
def test_a_payload_survives_quarantine_whole(payload):
    text = dump_payload(payload)

    assert "\x00" not in text
    text.encode()
    assert json.loads(text) == payload


@given(st.binary())
def test_escaped_bytes_can_be_stored(content):
    escape_bytes(content.decode(errors="surrogateescape")).encode()


@given(st.dictionaries(st.sampled_from([*REVIEW, "other"]), JSON))
def test_any_record_either_fits_or_says_why(values):
    try:
        row = validate(REVIEWS, values, b"key")
    except ContractError as misfit:
        assert misfit.problem.reason_code in REASONS
    else:
        assert row["review_id"]
