"""Records as columns and one by one: whatever comes, both ways say the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ingestion.contracts import (
    CALLS,
    CUSTOMERS,
    ENTITIES,
    REVIEWS,
    ContractError,
    Entity,
    read_batch,
    validate,
)
from ingestion.contracts import batch as batch_module
from ingestion.contracts.validation import dump_extra
from tests.ingestion.test_contracts import CALL, REVIEW

KEY = b"key"
MOMENTS = [
    "2024-01-02T03:04:05+08:00",
    "2024-01-02T03:04:05.123456Z",
    " 2024-01-02T03:04:05Z ",
    "2024-01-02",
    "1970-01-01T00:00:00Z",
    "2199-01-01T00:00:00Z",
    datetime(2024, 5, 1, tzinfo=UTC),
    datetime(2024, 5, 1, 3, tzinfo=timezone(timedelta(hours=8))),
    datetime(2024, 5, 1),
]
TEXTS = [
    "很好",
    " id ",
    "",
    "  ",
    "a\x00b",
    "\ud800",
    "字" * 400_000,
    "x" * 501,
    "NULL",
    "F",
    "store",
]
NUMBERS: list[Any] = [0, 1, 5, -1, 7.5, 4.1, 1e300, float("nan"), "5", " 4 ", "five", 2**70]
NUMBERS += [Decimal("3.50"), Decimal("1e-12"), True, -0.0, "customer", "in_progress"]
TURNS: list[Any] = [
    [{"speaker": "customer", "text": "喂", "start_seconds": 0.5}],
    [{"speaker": "customer", "text": " "}, {"speaker": "agent", "text": None, "asr": {"n": 1}}],
    [{"speaker": "agent", "text": "x", "start_seconds": "3"}],
    [{"speaker": "agent", "text": "x", "start_seconds": -1}],
    [{"speaker": "robot", "text": "x"}],
    [{"speaker": "agent", "text": 5}],
    [{"speaker": "agent", "text": "x\x00"}],
    [{"speaker": "agent", "text": "x", "note": "\\u0000"}],
    [{"text": "x"}],
    [{"at": "2024-01-02T03:04:05Z", "from_team": "a", "to_team": "b"}],
    [],
    ["x"],
    "turns",
]
OTHERS: list[Any] = [None, {}, {"a": [1, None]}, {"a": 2**70}, {1: "x"}, {"a": "\x00"}]
OTHERS += [date(2024, 1, 2), "2024-01-02", False, UUID(int=7), b"x", object]
ANYTHING = st.sampled_from([*MOMENTS, *TEXTS, *NUMBERS, *TURNS, *OTHERS])
PLAIN: dict[str, st.SearchStrategy[Any]] = {
    "text": st.sampled_from(["a", " 乙 ", "x1", None, "F", "online", "opened", "sent", "click"]),
    "timestamptz": st.sampled_from([*MOMENTS[:2], MOMENTS[6], MOMENTS[7], None]),
    "date": st.sampled_from([date(2024, 1, 2), "2024-01-02", None]),
    "numeric": st.sampled_from([1, 4.5, 5, Decimal("2.50"), None]),
    "integer": st.sampled_from([1, 5, 1990, None]),
    "boolean": st.sampled_from([True, False]),
    "jsonb": st.sampled_from([TURNS[0], TURNS[1], [], {"a": 1}, None]),
}


@st.composite
def records(draw: st.DrawFn) -> tuple[Entity, list[dict[str, Any]]]:
    """Draw an entity and records of it: most values in order, a few anything at all."""
    entity = draw(st.sampled_from(ENTITIES))
    fields = {
        name: draw(st.sampled_from([PLAIN[kind]] * 4 + [ANYTHING]))
        for name, kind in entity.contract_columns.items()
    }
    drawn = draw(st.lists(st.fixed_dictionaries({}, optional=fields), min_size=1, max_size=6))
    whole = draw(st.lists(st.fixed_dictionaries(fields), max_size=6))
    if draw(st.booleans()):
        whole = [{**record, "unheard_of": draw(ANYTHING)} for record in whole]
    return entity, [*drawn, *whole]


def one_by_one(entity: Entity, record: dict[str, Any]) -> dict[str, Any] | tuple[str, str]:
    try:
        row = validate(entity, record, KEY)
        return row | {"_extra": dump_extra(entity, record)}
    except ContractError as misfit:
        return misfit.problem.reason_code, misfit.problem.reason


@given(records())
@hypothesis_settings(max_examples=400)
def test_columns_take_and_refuse_what_the_contract_takes_and_refuses(drawn):
    entity, given_records = drawn

    batch = read_batch(entity, given_records, KEY)

    found: dict[int, Any] = {
        position: (problem.reason_code, problem.reason)
        for position, problem in batch.misfits.items()
    }
    for row, position in enumerate(batch.positions):
        found[position] = {
            name: values[row] for name, values in batch.columns.items() if name != "_row_hash"
        }
    for position, record in enumerate(given_records):
        expected = one_by_one(entity, record)
        assert found[position] == expected
        if isinstance(expected, dict):
            assert list(map(type, found[position].values())) == [
                type(expected[name]) for name in found[position]
            ]


@pytest.mark.parametrize(
    ("entity", "record"),
    [
        (REVIEWS, REVIEW),
        (CALLS, CALL),
        (CUSTOMERS, {"customer_id": 7, "phone": "13800000000", "updated_at": MOMENTS[0]}),
    ],
    ids=["review", "call", "customer"],
)
def test_records_in_order_are_never_looked_at_one_by_one(entity, record, monkeypatch):
    monkeypatch.setattr(batch_module, "validate", None)

    batch = read_batch(entity, [record] * 3, KEY)

    assert len(batch.positions) == 3


def test_a_broken_record_does_not_take_others_with_it():
    broken = REVIEW | {"review_id": "r2", "rating": "five"}

    batch = read_batch(REVIEWS, [REVIEW, broken, REVIEW | {"review_id": "r3"}], KEY)

    assert batch.columns["review_id"] == ["r1", "r3"]
    assert list(batch.positions) == [0, 2]
    assert batch.misfits[1].field == "rating"
