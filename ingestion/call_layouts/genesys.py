"""Genesys Cloud transcripts: one JSON file per communication, or a list of them.

The document is what the transcript URL of the speech and text analytics API answers; an exporter
that also asks for the conversation's details puts them under `conversation`:

    {"conversationId", "communicationId", "transcripts": [{"phrases": [...]}],
     "participants": [...],
     "conversation": {"conversationStart", "conversationEnd", "participants": [{"sessions": ...}]}}

A conversation that was transferred has several communications, each with a transcript of its own:
so a call is a communication.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import IO, Any

from ingestion.call_layouts.layout import (
    CallLayout,
    Calls,
    as_object,
    as_objects,
    check_document,
    read_documents,
)
from ingestion.candidates import Candidate

SYSTEM = "genesys"
SUFFIXES = (".json", ".json.gz")
_SPEAKERS = {"external": "customer", "customer": "customer"}  # all others are on our side
_STAFF = frozenset({"agent", "user", "internal"})
# attributes by which a flow in Genesys says whom and what a call was about
_ATTRIBUTES = ("customer_id", "store_id", "order_id")


def parse_genesys(file_name: str, stream: IO[bytes]) -> Calls:
    """Yield the calls of one transcript file."""
    yield from read_documents(file_name, stream, parse_communication)


def parse_communication(file_name: str, document: dict[str, Any]) -> Candidate:
    """Return one communication as a call; its version is its end, a later delivery replaces it."""
    conversation = as_object(document.get("conversation"))
    phrases = sorted(_iter_phrases(document), key=lambda phrase: _number(phrase, "startTimeMs"))
    first = _moment(phrases[0].get("startTimeMs")) if phrases else None
    started_at = (
        _moment(document.get("startTime"))
        or _moment(conversation.get("conversationStart"))
        or first
    )
    ended_at = _moment(conversation.get("conversationEnd")) or _end_of(phrases)
    staff = list_staff(document, conversation)
    attributes = read_attributes(document, conversation)
    ids = [document.get("conversationId"), document.get("communicationId")]
    return Candidate(
        {
            "call_id": ":".join(str(part) for part in ids if part) or None,
            "agent_id": staff[-1]["user_id"] if staff else None,
            **{name: attributes.get(name) for name in _ATTRIBUTES},
            "direction": conversation.get("originatingDirection") or _direction(document),
            "started_at": started_at,
            "ended_at": ended_at,
            "transfers": make_transfers(staff),
            "turns": [make_turn(phrase, started_at) for phrase in phrases],
            "updated_at": ended_at or started_at,
            "source_metadata": describe_transcripts(document),
            "file_name": file_name,
        },
    )


def make_turn(phrase: dict[str, Any], started_at: datetime | None) -> dict[str, Any]:
    """Return one phrase as a turn: as written for readers, where Genesys decorated it."""
    moment = _moment(phrase.get("startTimeMs"))
    seconds = None
    if moment is not None and started_at is not None:
        seconds = max(0.0, (moment - started_at).total_seconds())
    return {
        "speaker": _SPEAKERS.get(str(phrase.get("participantPurpose")).lower(), "agent"),
        "start_seconds": seconds,
        "text": phrase.get("decoratedText") or phrase.get("text"),
        "confidence": phrase.get("confidence"),
    }


def list_staff(document: dict[str, Any], conversation: dict[str, Any]) -> list[dict[str, Any]]:
    """Return who of us took part, in order: `user_id`, `queue_id`, `at`.

    From the conversation's details where they came along, else from the transcript's participants.
    """
    staff = [
        {"user_id": person.get("userId"), "queue_id": segment.get("queueId"), "at": moment}
        for person in as_objects(conversation.get("participants"))
        if str(person.get("purpose")).lower() in _STAFF
        for session in as_objects(person.get("sessions"))
        for segment in as_objects(session.get("segments"))
        if segment.get("segmentType") == "interact"
        and (moment := _moment(segment.get("segmentStart"))) is not None
    ]
    if not staff:
        staff = [
            {"user_id": person.get("userId"), "queue_id": person.get("queueId"), "at": moment}
            for person in as_objects(document.get("participants"))
            if str(person.get("participantPurpose")).lower() in _STAFF
            and person.get("userId")
            and (moment := _moment(person.get("startTimeMs"))) is not None
        ]
    return sorted(staff, key=lambda person: person["at"])


def make_transfers(staff: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the hand-overs: each time another person of ours goes on; teams are queues."""
    return [
        {
            "at": after["at"].isoformat(),
            "from_team": before["queue_id"],
            "to_team": after["queue_id"],
            "from_agent": before["user_id"],
            "to_agent": after["user_id"],
        }
        for before, after in pairwise(staff)
        if before["user_id"] != after["user_id"]
    ]


def read_attributes(document: dict[str, Any], conversation: dict[str, Any]) -> dict[str, Any]:
    """Return the ids that flows have set as participant attributes; the last one set counts."""
    found: dict[str, Any] = {}
    people = [
        *as_objects(document.get("participants")),
        *as_objects(conversation.get("participants")),
    ]
    for person in people:
        attributes = as_object(person.get("attributes"))
        found |= {name: attributes[name] for name in _ATTRIBUTES if attributes.get(name)}
    return found


def describe_transcripts(document: dict[str, Any]) -> dict[str, Any]:
    """Return what Genesys found, its labels kept apart from ours: sentiments and topics."""
    transcripts = as_objects(document.get("transcripts"))
    analytics = [as_object(transcript.get("analytics")) for transcript in transcripts]
    return {
        "system": SYSTEM,
        "language": next(
            (found for found in (t.get("language") for t in transcripts) if found), None
        ),
        "media_type": document.get("mediaType"),
        "sentiment": [
            {name: mark.get(name) for name in ("participant", "phraseIndex", "sentiment")}
            for found in analytics
            for mark in as_objects(found.get("sentiment"))
        ],
        "topics": [
            topic.get("topicName")
            for found in analytics
            for topic in as_objects(found.get("topics"))
        ],
    }


def _iter_phrases(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for transcript in as_objects(document.get("transcripts")):
        yield from as_objects(transcript.get("phrases"))


def _direction(document: dict[str, Any]) -> Any:
    directions = (
        person.get("initialDirection") for person in as_objects(document.get("participants"))
    )
    return next((direction for direction in directions if direction), None)


def _end_of(phrases: list[dict[str, Any]]) -> datetime | None:
    if not phrases:
        return None
    last = phrases[-1]
    length = _number(as_object(last.get("duration")), "milliseconds")
    return _moment(_number(last, "startTimeMs") + length)


def _moment(value: Any) -> datetime | None:
    """Return a moment given as milliseconds since 1970 or as ISO 8601; None when it is neither."""
    try:
        if isinstance(value, (int, float)) and value > 0:
            return datetime.fromtimestamp(value / 1000, UTC)
        if isinstance(value, str):
            return datetime.fromisoformat(value)
    except (ValueError, OverflowError, OSError):
        pass
    return None


def _number(values: dict[str, Any], name: str) -> float:
    value = values.get(name)
    return float(value) if isinstance(value, (int, float)) else 0.0


GENESYS = CallLayout(suffixes=SUFFIXES, check=check_document, parse=parse_genesys)
