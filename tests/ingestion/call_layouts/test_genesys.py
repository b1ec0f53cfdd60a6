"""Genesys Cloud: transcripts in the shape of the transcript URL, with and without details."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ingestion.call_layouts.genesys import parse_communication, parse_genesys
from ingestion.candidates import Candidate, Reject
from ingestion.contracts import CALLS, validate

FIXTURES = Path(__file__).parents[1] / "fixtures" / "call_layouts"
NAME = "genesys/2026/11/20/transcript.json"


@pytest.fixture
def document() -> dict[str, Any]:
    return json.loads((FIXTURES / "genesys_transcript.json").read_text(encoding="utf-8"))


def test_a_communication_fits_the_contract(document):
    call = parse_communication(NAME, document)

    row = validate(CALLS, call.values, b"")
    assert row["call_id"] == "c0ffee00-0001:d00d0000-0002"
    assert (row["customer_id"], row["order_id"], row["store_id"]) == ("C000042", "O000007", None)
    assert row["agent_id"] == "user-ming"
    assert row["direction"] == "inbound"
    assert row["started_at"] == datetime(2026, 11, 20, 2, 3, tzinfo=UTC)
    assert row["ended_at"] == datetime(2026, 11, 20, 2, 8, 30, tzinfo=UTC)
    turns = json.loads(row["turns"])
    assert [(turn["speaker"], turn["start_seconds"]) for turn in turns] == [
        ("agent", 1.2), ("customer", 4.5), ("agent", 190.0), ("customer", 195.25),
    ]  # fmt: skip
    assert turns[1]["text"] == "你好，我的冰箱到现在还没送到。"
    assert CALLS.source_columns <= call.values.keys()


def test_hand_overs_are_told_by_who_of_us_took_part(document):
    call = parse_communication(NAME, document)

    assert call.values["transfers"] == [
        {
            "at": "2026-11-20T02:06:05+00:00",
            "from_team": "queue-service",
            "to_team": "queue-delivery",
            "from_agent": "user-li",
            "to_agent": "user-ming",
        }
    ]


def test_without_the_conversations_details_the_transcript_says_enough(document):
    del document["conversation"]

    row = validate(CALLS, parse_communication(NAME, document).values, b"")

    assert row["started_at"] == datetime(2026, 11, 20, 2, 3, 0, tzinfo=UTC)
    assert row["ended_at"] == datetime(2026, 11, 20, 2, 6, 18, 250_000, tzinfo=UTC)
    assert row["agent_id"] == "user-ming"
    assert row["direction"] == "inbound"


def test_what_genesys_felt_is_kept_apart_without_words(document):
    metadata = parse_communication(NAME, document).values["source_metadata"]

    assert metadata["system"] == "genesys"
    assert metadata["sentiment"] == [
        {"participant": "external", "phraseIndex": 1, "sentiment": -0.82}
    ]
    assert metadata["topics"] == ["Delivery delay"]
    assert "冰箱" not in json.dumps(metadata, ensure_ascii=False)


def test_a_list_of_communications_is_read_one_by_one_and_what_is_none_rejected(document):
    other = document | {"communicationId": "d00d0000-0003"}
    content = json.dumps([document, other, "text"]).encode()

    found = list(parse_genesys(NAME, io.BytesIO(content)))

    assert [
        candidate.problem.reason_code
        if isinstance(candidate, Reject)
        else candidate.values["call_id"]
        for candidate in found
    ] == ["c0ffee00-0001:d00d0000-0002", "c0ffee00-0001:d00d0000-0003", "bad_json"]


@pytest.mark.parametrize(
    "change",
    [
        {"transcripts": None},
        {"transcripts": [{"phrases": [{"text": "x", "startTimeMs": "soon"}]}]},
        {"startTime": 10**30, "conversation": {"conversationStart": "yesterday"}},
        {"participants": {"a": 1}, "conversation": None},
    ],
    ids=["no transcript", "odd time", "impossible time", "odd participants"],
)
def test_a_document_that_lacks_parts_is_a_candidate_for_the_contract_to_judge(document, change):
    assert isinstance(parse_communication(NAME, document | change), Candidate)
