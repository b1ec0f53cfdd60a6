"""What a Zendesk ticket becomes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ingestion.saas_config import ZendeskConfig
from ingestion.sources.zendesk_tickets import parse_ticket, parse_turns, read_changed_at

CONFIG = ZendeskConfig.model_validate(
    {
        "name": {"zh": "工单", "en": "Tickets"},
        "connector": "helpdesk_zendesk",
        "connection": "zendesk",
        "overlap_minutes": 60,
        "quarantine_share_limit": 0.1,
        "ticket_fields": {"order_id": 7, "store_id": 8},
    }
)
USERS: dict[int, dict[str, Any]] = {
    1: {"role": "end-user", "external_id": "C1"},
    2: {"role": "agent", "external_id": "A2"},
    3: {"role": "end-user", "external_id": None},
}
TICKET: dict[str, Any] = {
    "id": 5,
    "requester_id": 1,
    "assignee_id": 2,
    "via": {"channel": "email"},
    "custom_fields": [{"id": 7, "value": "O9"}, {"id": 9, "value": "x"}],
    "satisfaction_rating": {"score": "offered"},
    "created_at": "2026-01-01T00:00:00Z",
    "updated_at": "2026-01-02T00:00:00Z",
}


def parse(**changes: Any) -> dict[str, Any]:
    return parse_ticket(TICKET | changes, [], USERS, CONFIG)


def speakers(author_id: int, **changes: Any) -> list[str]:
    comment = {"author_id": author_id, "body": "好", "created_at": "2026-01-01T00:00:05Z"}
    return [turn["speaker"] for turn in parse_turns(TICKET | changes, [comment], USERS)]


@pytest.mark.parametrize(
    ("score", "expected"),
    [("good", 5), ("bad", 1), ("good_with_comment", 5), ("offered", None), (None, None)],
)
def test_a_rating_is_put_on_the_scale_of_five(score: str | None, expected: int | None):
    assert parse(satisfaction_rating={"score": score})["csat_score"] == expected


def test_people_and_orders_are_ours_where_the_help_desk_knows_them():
    values = parse()

    assert (values["customer_id"], values["agent_id"]) == ("C1", "A2")
    assert (values["order_id"], values["store_id"]) == ("O9", None)
    assert parse(requester_id=3)["customer_id"] is None


def test_an_agent_without_our_id_keeps_the_help_desks_own():
    assert parse(assignee_id=77)["agent_id"] == 77


@pytest.mark.parametrize(
    ("word", "slug"),
    [("email", "email"), ("whatsapp", "chat"), ("web", "helpdesk"), (None, "helpdesk")],
)
def test_channels_are_ours(word: str | None, slug: str):
    values = parse(via={"channel": word})

    assert (values["channel"], values["via_channel"]) == (slug, word)


def test_every_default_channel_is_in_the_vocabulary():
    import yaml

    from warehouse.settings import Settings

    content = yaml.safe_load((Settings().config_dir / "channels.yml").read_text("utf-8"))
    known = {channel["slug"] for channel in content["channels"]}

    assert {*CONFIG.channels.values(), "helpdesk"} <= known


def test_who_speaks_is_told_by_the_role_and_without_one_by_the_requester():
    assert speakers(1) == ["customer"]
    assert speakers(2) == ["agent"]
    assert speakers(3) == ["customer"]  # somebody in copy
    assert speakers(99) == ["agent"]
    assert speakers(99, requester_id=99) == ["customer"]


def test_a_call_speaks_by_its_transcript():
    comment = {
        "author_id": 1,
        "type": "VoiceComment",
        "body": "Inbound call from ...",
        "data": {"transcription_text": "快递呢"},
    }

    (turn,) = parse_turns(TICKET, [comment, "oops"], USERS)

    assert (turn["text"], turn["start_seconds"]) == ("快递呢", None)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"generated_timestamp": 1_767_225_600}, datetime(2026, 1, 1, tzinfo=UTC)),
        ({}, datetime(2026, 1, 2, tzinfo=UTC)),
        ({"generated_timestamp": "soon"}, None),
        ({"updated_at": None}, None),
    ],
    ids=["the export's moment", "the ticket's own", "unreadable", "none"],
)
def test_when_a_ticket_changed(changes: dict[str, Any], expected: datetime | None):
    assert read_changed_at(TICKET | changes) == expected


def test_what_the_ticket_lacks_is_left_out_so_that_the_landing_notices():
    assert {"subject", "status", "priority"}.isdisjoint(parse())
