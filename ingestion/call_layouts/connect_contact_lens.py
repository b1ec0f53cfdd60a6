"""Amazon Connect Contact Lens: one JSON file per analysed call.

    Analysis/Voice/2026/11/20/<contact>_analysis_2026-11-20T02:09:31Z.json
    Analysis/Voice/Redacted/2026/11/20/<contact>_analysis_redacted_2026-11-20T02:09:31Z.json

Where a call's redacted twin is there, the original is not read: the less of a person, the better.
The file knows neither customer nor agent; the start of the call stands in its recording's name.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import IO, Any

from ingestion.call_layouts.layout import (
    CallLayout,
    Calls,
    as_object,
    as_objects,
    check_document,
    read_documents,
)
from ingestion.candidates import Candidate, Reject
from ingestion.contracts import Problem
from ingestion.file_store import ListedFile

SYSTEM = "connect_contact_lens"
SUFFIXES = (".json", ".json.gz")
_SPEAKERS = {"CUSTOMER": "customer", "AGENT": "agent", "SYSTEM": "agent", "CUSTOM_BOT": "agent"}
_FILE_NAME = re.compile(
    r"^(?P<contact>.+?)_analysis_(?P<redacted>redacted_)?"
    r"(?P<moment>\d{4}-\d\d-\d\dT\d\d[:_]\d\d[:_]\d\dZ)\.json(\.gz)?$"
)
# <contact>_20261120T02:03_UTC.wav
_RECORDED_AT = re.compile(r"_(\d{8}T\d\d:?\d\d)_UTC\.\w+$")
# fields of a turn that become turn fields of ours; the others ride along
_TURN_FIELDS = frozenset({"ParticipantId", "Content", "BeginOffsetMillis", "EndOffsetMillis"})


def parse_contact_lens(file_name: str, stream: IO[bytes]) -> Calls:
    """Yield the call of one analysis file."""
    yield from read_documents(file_name, stream, parse_contact)


def parse_contact(file_name: str, document: dict[str, Any]) -> Candidate | Reject:
    """Return one analysis as a call; chats are rejected, they are no calls.

    Times: the start from the recording's name, else the analysis less the call's length; the
    version is the moment of the analysis, so that a later analysis replaces an earlier one.
    """
    customer = as_object(document.get("CustomerMetadata"))
    contact_id = customer.get("ContactId")
    channel = document.get("Channel", "VOICE")
    if channel != "VOICE":
        problem = Problem("out_of_range", f"{file_name} is no call: its Channel is not VOICE")
        return Reject(problem, document | {"file_name": file_name}, _text(contact_id))
    characteristics = as_object(document.get("ConversationCharacteristics"))
    length = _milliseconds(characteristics.get("TotalConversationDurationMillis"))
    analysed_at = read_analysis_moment(file_name)
    started_at = read_recording_moment(customer.get("InputS3Uri"))
    if started_at is None and analysed_at is not None:
        started_at = analysed_at - (length or timedelta())
    ended_at = started_at + length if started_at is not None and length is not None else None
    roles = {
        participant.get("ParticipantId"): participant.get("ParticipantRole")
        for participant in as_objects(document.get("Participants"))
    }
    return Candidate(
        {
            "call_id": contact_id,
            "customer_id": None,
            "agent_id": None,
            "store_id": None,
            "order_id": None,
            "direction": None,
            "started_at": started_at,
            "ended_at": ended_at,
            "transfers": [],
            "turns": [
                make_turn(segment, roles) for segment in as_objects(document.get("Transcript"))
            ],
            "updated_at": analysed_at or ended_at or started_at,
            "source_metadata": describe_analysis(document, characteristics),
            "file_name": file_name,
        },
    )


def make_turn(segment: dict[str, Any], roles: dict[Any, Any]) -> dict[str, Any]:
    """Return one segment of the transcript as a turn; what Amazon adds to it rides along."""
    participant = segment.get("ParticipantId")
    role = roles.get(participant, participant)
    begin = segment.get("BeginOffsetMillis")
    return {
        "speaker": _SPEAKERS.get(str(role), role),
        "start_seconds": begin / 1000 if isinstance(begin, (int, float)) else None,
        "text": segment.get("Content"),
        **{name: value for name, value in segment.items() if name not in _TURN_FIELDS},
    }


def describe_analysis(document: dict[str, Any], characteristics: dict[str, Any]) -> dict[str, Any]:
    """Return what Amazon found about the call as a whole: its labels, kept apart from ours."""
    content = as_object(document.get("ContentMetadata"))
    return {
        "system": SYSTEM,
        "language": document.get("LanguageCode"),
        "is_redacted": content.get("Output") == "Redacted",
        "categories": as_object(document.get("Categories")).get("MatchedCategories") or [],
        "sentiment": as_object(characteristics.get("Sentiment")).get("OverallSentiment"),
        "silence_milliseconds": as_object(characteristics.get("NonTalkTime")).get(
            "TotalTimeMillis"
        ),
        "interruption_count": as_object(characteristics.get("Interruptions")).get("TotalCount"),
    }


def choose_redacted(files: list[ListedFile]) -> list[ListedFile]:
    """Leave out originals whose redacted twin is listed, and files that are no analysis."""
    named = [(file, match) for file in files if (match := _match(file.name))]
    redacted = {match["contact"] for _, match in named if match["redacted"]}
    return [file for file, match in named if match["redacted"] or match["contact"] not in redacted]


def read_analysis_moment(file_name: str) -> datetime | None:
    """Return when an analysis was made, from its file's name."""
    match = _match(file_name)
    if match is None:
        return None
    return datetime.fromisoformat(match["moment"].replace("_", ":"))


def read_recording_moment(uri: Any) -> datetime | None:
    """Return when a recording began, to the minute, from its name."""
    match = _RECORDED_AT.search(str(uri or ""))
    if match is None:
        return None
    try:
        return datetime.strptime(match[1].replace(":", ""), "%Y%m%dT%H%M").replace(tzinfo=UTC)
    except ValueError:
        return None


def _match(file_name: str) -> re.Match[str] | None:
    return _FILE_NAME.match(PurePosixPath(file_name).name)


def _milliseconds(value: Any) -> timedelta | None:
    return timedelta(milliseconds=value) if isinstance(value, (int, float)) else None


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


CONNECT_CONTACT_LENS = CallLayout(
    suffixes=SUFFIXES, check=check_document, parse=parse_contact_lens, choose=choose_redacted
)
