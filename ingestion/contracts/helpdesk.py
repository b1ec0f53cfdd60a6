"""Contract of the help desk: tickets with what was said in them."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import model_validator

from ingestion.contracts.feedback import Turns
from ingestion.contracts.fields import (
    Identifier,
    OptionalIdentifier,
    OptionalNumber,
    OptionalText,
    Record,
    Timestamp,
    refuse,
    within,
)


class Ticket(Record):
    """One ticket, comment by comment; `start_seconds` of a turn counts from its creation.

    `requester_id` is the help desk's own id of who asked, `customer_id` ours where the help desk
    knows it. `channel` is a slug of config/channels.yml, `via_channel` the help desk's own word.
    A turn with `is_public` false is a note among agents. `csat_score`: 5 good, 1 bad, null when
    not rated.
    """

    ticket_id: Identifier
    requester_id: OptionalIdentifier = None
    customer_id: OptionalIdentifier = None
    agent_id: OptionalIdentifier = None
    order_id: OptionalIdentifier = None
    store_id: OptionalIdentifier = None
    channel: Identifier
    via_channel: OptionalText = None
    subject: OptionalText = None
    status: OptionalText = None
    priority: OptionalText = None
    turns: Turns
    csat_score: Annotated[OptionalNumber, within(1, 5)] = None
    created_at: Timestamp
    updated_at: Timestamp

    @model_validator(mode="after")
    def check_said_something(self) -> Self:
        """A ticket has words or a rating."""
        said = self.subject is not None or any(
            turn.text and turn.text.strip() for turn in self.turns
        )
        if not said and self.csat_score is None:
            raise refuse("turns", "empty_feedback", "neither text nor any score")
        return self
