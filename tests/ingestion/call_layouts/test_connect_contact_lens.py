"""Contact Lens: files in the shape of Amazon's documentation, original and redacted."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ingestion.call_layouts.connect_contact_lens import (
    choose_redacted,
    parse_contact,
    parse_contact_lens,
    read_analysis_moment,
)
from ingestion.candidates import Candidate, Reject
from ingestion.contracts import CALLS, validate
from ingestion.file_store import ListedFile

FIXTURES = Path(__file__).parents[1] / "fixtures" / "call_layouts"
CONTACT = "2f5b0e0c-6c3d-4d52-9a41-0a8f9d1f7e11"
ORIGINAL = f"Analysis/Voice/2026/11/20/{CONTACT}_analysis_2026-11-20T02:09:31Z.json"
REDACTED = (
    f"Analysis/Voice/Redacted/2026/11/20/{CONTACT}_analysis_redacted_2026-11-20T02:09:31Z.json"
)


@pytest.fixture
def document() -> dict[str, Any]:
    return json.loads((FIXTURES / "contact_lens_voice.json").read_text(encoding="utf-8"))


def test_a_call_fits_the_contract_with_its_turns_in_seconds(document):
    (call,) = parse_contact_lens(ORIGINAL, io.BytesIO(json.dumps(document).encode()))

    assert isinstance(call, Candidate)
    row = validate(CALLS, call.values, b"")
    assert row["call_id"] == CONTACT
    assert row["started_at"] == datetime(2026, 11, 20, 2, 3, tzinfo=UTC)
    assert (row["ended_at"] - row["started_at"]).total_seconds() == 41.85
    assert row["updated_at"] == datetime(2026, 11, 20, 2, 9, 31, tzinfo=UTC)
    turns = json.loads(row["turns"])
    assert [(turn["speaker"], turn["start_seconds"]) for turn in turns] == [
        ("agent", 0.0), ("customer", 3.46), ("agent", 12.4), ("customer", 21.01),
    ]  # fmt: skip
    assert turns[1]["text"].startswith("你好")
    assert CALLS.source_columns <= call.values.keys()


def test_what_amazon_felt_is_kept_apart_from_our_labels(document):
    call = parse_contact(ORIGINAL, document)

    assert isinstance(call, Candidate)
    assert call.values["source_metadata"] == {
        "system": "connect_contact_lens",
        "language": "zh-CN",
        "is_redacted": False,
        "categories": ["LateDelivery"],
        "sentiment": {"AGENT": 0.8, "CUSTOMER": -3.3},
        "silence_milliseconds": 2140,
        "interruption_count": 1,
    }
    assert call.values["turns"][1]["Sentiment"] == "NEGATIVE"


def test_the_redacted_twin_stands_for_its_original_wherever_it_lies():
    other = f"Analysis/Voice/2026/11/20/{'0' * 8}_analysis_2026-11-20T03:00:00Z.json"
    files = [
        ListedFile(name, name, 1, datetime(2026, 11, 20, tzinfo=UTC))
        for name in (ORIGINAL, REDACTED, other, "Analysis/Voice/2026/11/20/notes.json")
    ]

    assert [file.name for file in choose_redacted(files)] == [REDACTED, other]


def test_a_call_whose_recording_has_no_date_starts_its_length_before_the_analysis(document):
    document["CustomerMetadata"]["InputS3Uri"] = ""

    call = parse_contact(ORIGINAL, document)

    assert isinstance(call, Candidate)
    assert call.values["started_at"] == datetime(2026, 11, 20, 2, 8, 49, 150_000, tzinfo=UTC)


def test_a_chat_is_no_call(document):
    chat = parse_contact(ORIGINAL, document | {"Channel": "CHAT"})

    assert isinstance(chat, Reject)
    assert (chat.problem.reason_code, chat.native_id) == ("out_of_range", CONTACT)


@pytest.mark.parametrize(
    "change",
    [
        {"CustomerMetadata": None},
        {"Transcript": None},
        {"Transcript": ["text"], "Participants": "AGENT"},
        {"ConversationCharacteristics": []},
    ],
    ids=["no contact", "no transcript", "no objects", "no characteristics"],
)
def test_a_document_that_lacks_parts_is_a_candidate_for_the_contract_to_judge(document, change):
    assert isinstance(parse_contact(ORIGINAL, document | change), Candidate)


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        (ORIGINAL, datetime(2026, 11, 20, 2, 9, 31, tzinfo=UTC)),
        (REDACTED.replace(":", "_") + ".gz", datetime(2026, 11, 20, 2, 9, 31, tzinfo=UTC)),
        ("notes.json", None),
    ],
    ids=["original", "without colons", "no analysis"],
)
def test_the_moment_of_an_analysis_stands_in_its_name(name, moment):
    assert read_analysis_moment(name) == moment
