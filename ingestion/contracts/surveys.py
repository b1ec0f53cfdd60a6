"""Contract of asking: whom we invited to answer, what became of it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, model_validator

from ingestion.contracts.fields import (
    ColumnType,
    Identifier,
    OptionalIdentifier,
    OptionalText,
    OptionalTimestamp,
    Record,
    Timestamp,
    blank_to_none,
    refuse,
)

# how far an invitation came; the first four leave the customer unanswering
InvitationState = Literal["sent", "delivered", "suppressed", "opted_out", "started", "completed"]


class SurveyInvitation(Record):
    """One ask for an answer, in the state that it has reached.

    `sent_at` is when it was sent, or would have been: a suppressed invitation, and one to a
    customer who had opted out, stopped at that moment. `response_id` names the answer.
    """

    invitation_id: Identifier
    customer_id: OptionalIdentifier = None
    survey_slug: OptionalIdentifier = None
    channel: OptionalText = None
    state: Annotated[InvitationState, ColumnType("text"), BeforeValidator(blank_to_none)]
    sent_at: Timestamp
    delivered_at: OptionalTimestamp = None
    started_at: OptionalTimestamp = None
    completed_at: OptionalTimestamp = None
    suppressed_reason: OptionalText = None
    response_id: OptionalIdentifier = None
    order_id: OptionalIdentifier = None
    store_id: OptionalIdentifier = None
    agent_id: OptionalIdentifier = None
    updated_at: Timestamp

    @model_validator(mode="after")
    def check_course(self) -> Self:
        """Nobody answers before being asked."""
        for name in ("delivered_at", "started_at", "completed_at"):
            moment = getattr(self, name)
            if moment is not None and moment < self.sent_at:
                raise refuse(name, "bad_date", "lies before the invitation was sent")
        return self
