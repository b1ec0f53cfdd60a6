"""A Zendesk ticket with its comments and users -> values in the contract's names. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ingestion.saas_config import ZendeskConfig

_OTHER_CHANNEL = "helpdesk"
_SCORES = {"good": 5, "bad": 1}


def parse_ticket(
    ticket: dict[str, Any],
    comments: Sequence[Any],
    users: Mapping[int, dict[str, Any]],
    config: ZendeskConfig,
) -> dict[str, Any]:
    """Return a ticket in the contract's names; a name that the ticket lacks is left out.

    `users` are those sent along, by id: their `external_id` is our id of a customer or an agent.
    """
    rating = _as_dict(ticket.get("satisfaction_rating"))
    values: dict[str, Any] = {
        "ticket_id": ticket["id"],
        "customer_id": _external_id(users, ticket.get("requester_id")),
        "agent_id": _external_id(users, ticket.get("assignee_id")) or ticket.get("assignee_id"),
        "order_id": _custom_field(ticket, config.ticket_fields.order_id),
        "store_id": _custom_field(ticket, config.ticket_fields.store_id),
        "turns": parse_turns(ticket, comments, users),
        "csat_score": _parse_score(rating.get("score")),
    }
    if "via" in ticket:
        via_channel = _as_dict(ticket["via"]).get("channel")
        values["via_channel"] = via_channel
        values["channel"] = config.channels.get(str(via_channel), _OTHER_CHANNEL)
    for name in ("requester_id", "subject", "status", "priority", "created_at"):
        if name in ticket:
            values[name] = ticket[name]
    changed_at = read_changed_at(ticket)
    if changed_at is not None:
        values["updated_at"] = changed_at
    return values


def read_changed_at(ticket: Any) -> datetime | None:
    """Return when a ticket last changed in the export's order, None when it does not tell.

    `generated_timestamp` also counts what the system itself changed, which `updated_at` leaves
    out; the export is sorted by it.
    """
    if not isinstance(ticket, dict):
        return None
    generated = ticket.get("generated_timestamp")
    try:
        if generated is not None:
            return datetime.fromtimestamp(int(generated), UTC)
        return datetime.fromisoformat(ticket["updated_at"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def parse_turns(
    ticket: dict[str, Any], comments: Sequence[Any], users: Mapping[int, dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return who said what and when; the words of a rating are the customer's last turn."""
    opened_at = _parse_moment(ticket.get("created_at"))
    turns = []
    for comment in comments:
        if not isinstance(comment, dict):
            continue
        said_at = _parse_moment(comment.get("created_at"))
        turns.append(
            {
                "speaker": _speaker(comment.get("author_id"), ticket, users),
                "start_seconds": _seconds_between(opened_at, said_at),
                "text": _read_text(comment),
                "is_public": comment.get("public") is not False,
                "comment_id": comment.get("id"),
            }
        )
    words = _as_dict(ticket.get("satisfaction_rating")).get("comment")
    if isinstance(words, str) and words.strip():
        turns.append(
            {"speaker": "customer", "start_seconds": None, "text": words, "is_public": True}
        )
    return turns


def _speaker(author_id: Any, ticket: dict[str, Any], users: Mapping[int, dict[str, Any]]) -> str:
    role = users.get(author_id, {}).get("role")
    if role is None:  # a deleted user is not sent along
        return "customer" if author_id == ticket.get("requester_id") else "agent"
    return "customer" if role == "end-user" else "agent"


def _read_text(comment: dict[str, Any]) -> str | None:
    """Return a comment's words without mark-up; of a call, its transcript."""
    data = _as_dict(comment.get("data"))
    for text in (data.get("transcription_text"), comment.get("plain_body"), comment.get("body")):
        if isinstance(text, str) and text.strip():
            return text
    return None


def _external_id(users: Mapping[int, dict[str, Any]], user_id: Any) -> Any:
    return users.get(user_id, {}).get("external_id")


def _custom_field(ticket: dict[str, Any], field_id: int | None) -> Any:
    if field_id is None:
        return None
    for custom in ticket.get("custom_fields") or []:
        if isinstance(custom, dict) and custom.get("id") == field_id:
            return custom.get("value")
    return None


def _parse_score(score: Any) -> int | None:
    """Return 5 for good and 1 for bad; `offered` and `unoffered` are no answers."""
    return _SCORES.get(str(score).partition("_")[0]) if score else None


def _seconds_between(start: datetime | None, end: datetime | None) -> float | None:
    if start is None or end is None:
        return None
    return max(0.0, (end - start).total_seconds())


def _parse_moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None


def _as_dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
