"""Contracts of the CRM: who the customers are, what they bought, what staff noted."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, model_validator

from ingestion.contracts.fields import (
    ColumnType,
    Identifier,
    OptionalCount,
    OptionalDay,
    OptionalIdentifier,
    OptionalNumber,
    OptionalText,
    OptionalTimestamp,
    Record,
    Timestamp,
    blank_to_none,
    refuse,
    within,
)


class Customer(Record):
    """A member of the customer base. The two hashes are made at landing, not by the source."""

    customer_id: Identifier
    full_name: OptionalText = None
    phone: OptionalText = None
    email: OptionalText = None
    gender: Annotated[
        Literal["F", "M"] | None, ColumnType("text"), BeforeValidator(blank_to_none)
    ] = None
    birth_year: Annotated[OptionalCount, within(1880, 2100)] = None
    city: OptionalText = None
    region: OptionalText = None
    segment: OptionalText = None
    member_tier: OptionalText = None
    registered_at: OptionalTimestamp = None
    updated_at: Timestamp
    phone_hash: OptionalText = None
    email_hash: OptionalText = None


class Store(Record):
    """A shop that customers can visit."""

    store_id: Identifier
    store_name: OptionalText = None
    city: OptionalText = None
    region: OptionalText = None
    opened_on: OptionalDay = None
    updated_at: Timestamp


class Agent(Record):
    """A person who serves customers, and the team."""

    agent_id: Identifier
    agent_name: OptionalText = None
    team_id: OptionalIdentifier = None
    team_name: OptionalText = None
    department_slug: OptionalIdentifier = None
    hired_on: OptionalDay = None
    updated_at: Timestamp


class Product(Record):
    """A product on sale; prices in CNY."""

    product_id: Identifier
    product_name: OptionalText = None
    category: OptionalText = None
    price_cny: Annotated[OptionalNumber, within(0)] = None
    updated_at: Timestamp


class Order(Record):
    """An order; amounts in CNY. No store when it was placed online."""

    order_id: Identifier
    customer_id: OptionalIdentifier = None
    store_id: OptionalIdentifier = None
    order_channel: Annotated[Literal["online", "store"], ColumnType("text")]
    product_id: OptionalIdentifier = None
    ordered_at: Timestamp
    amount_cny: Annotated[OptionalNumber, within(0)] = None
    status: OptionalText = None
    updated_at: Timestamp


class CustomerNote(Record):
    """What a member of staff wrote down about what a customer said."""

    note_id: Identifier
    customer_id: OptionalIdentifier = None
    agent_id: OptionalIdentifier = None
    store_id: OptionalIdentifier = None
    order_id: OptionalIdentifier = None
    note_text: OptionalText = None
    created_at: Timestamp
    updated_at: Timestamp

    @model_validator(mode="after")
    def check_said_something(self) -> Self:
        """A note without text says nothing."""
        if self.note_text is None:
            raise refuse("note_text", "empty_feedback", "the note has no text")
        return self


class OrderItem(Record):
    """One line of an order; the amount is what the line cost in CNY, discounts taken off."""

    order_item_id: Identifier
    order_id: Identifier
    product_id: OptionalIdentifier = None
    quantity: Annotated[OptionalCount, within(0)] = None
    amount_cny: Annotated[OptionalNumber, within(0)] = None
    updated_at: Timestamp


class Team(Record):
    """A team of people who serve customers, and where it sits."""

    team_id: Identifier
    team_name: OptionalText = None
    department_slug: OptionalIdentifier = None
    store_id: OptionalIdentifier = None
    city: OptionalText = None
    region: OptionalText = None
    updated_at: Timestamp


class Campaign(Record):
    """A marketing campaign: where it ran, how long and for how much."""

    campaign_id: Identifier
    campaign_name: OptionalText = None
    channel: OptionalIdentifier = None
    department_slug: OptionalIdentifier = None
    started_on: OptionalDay = None
    ended_on: OptionalDay = None
    budget_cny: Annotated[OptionalNumber, within(0)] = None
    updated_at: Timestamp

    @model_validator(mode="after")
    def check_days(self) -> Self:
        """A campaign ends on or after the day on which it starts."""
        check_days_in_order(self.started_on, self.ended_on)
        return self


class CampaignTouch(Record):
    """One contact of a customer with a campaign: seen, or followed."""

    touch_id: Identifier
    campaign_id: Identifier
    customer_id: OptionalIdentifier = None
    touch_kind: Annotated[Literal["impression", "click"], ColumnType("text")]
    touched_at: Timestamp
    updated_at: Timestamp


class Case(Record):
    """A case that staff opened for a customer; its feedback, when it came from one, by its id.

    The two ratings (1-5) are the customer's before the case and after it was resolved.
    """

    case_id: Identifier
    customer_id: OptionalIdentifier = None
    order_id: OptionalIdentifier = None
    store_id: OptionalIdentifier = None
    agent_id: OptionalIdentifier = None
    team_id: OptionalIdentifier = None
    department_slug: OptionalIdentifier = None
    touchpoint_slug: OptionalIdentifier = None
    case_type: Annotated[
        Literal["complaint", "suggestion", "question", "praise", "safety"] | None,
        ColumnType("text"),
        BeforeValidator(blank_to_none),
    ] = None
    severity: Annotated[
        Literal["low", "medium", "high", "critical"] | None,
        ColumnType("text"),
        BeforeValidator(blank_to_none),
    ] = None
    status: Annotated[
        Literal["open", "assigned", "in_progress", "resolved", "closed", "told"] | None,
        ColumnType("text"),
        BeforeValidator(blank_to_none),
    ] = None
    subject: OptionalText = None
    feedback_source_slug: OptionalIdentifier = None
    feedback_record_id: OptionalIdentifier = None
    opened_at: Timestamp
    first_responded_at: OptionalTimestamp = None
    resolved_at: OptionalTimestamp = None
    closed_at: OptionalTimestamp = None
    rating_before: Annotated[OptionalNumber, within(1, 5)] = None
    rating_after: Annotated[OptionalNumber, within(1, 5)] = None
    updated_at: Timestamp


class CaseEvent(Record):
    """One step in the life of a case; a transfer names both teams, a rating its value (1-5)."""

    case_event_id: Identifier
    case_id: Identifier
    event_kind: Annotated[
        Literal[
            "opened",
            "assigned",
            "responded",
            "transferred",
            "resolved",
            "reopened",
            "closed",
            "rated",
            "told",
        ],
        ColumnType("text"),
    ]
    occurred_at: Timestamp
    agent_id: OptionalIdentifier = None
    from_team_id: OptionalIdentifier = None
    to_team_id: OptionalIdentifier = None
    rating: Annotated[OptionalNumber, within(1, 5)] = None
    updated_at: Timestamp


class Improvement(Record):
    """A change that was made because of what customers said, and what it was to move by how much.

    `design` says how it can be judged; `pilot_cities` are names joined by `;`.
    """

    improvement_id: Identifier
    title: OptionalText = None
    problem: OptionalText = None
    hypothesis: OptionalText = None
    action: OptionalText = None
    owner_name: OptionalText = None
    department_slug: OptionalIdentifier = None
    touchpoint_slug: OptionalIdentifier = None
    topic_slug: OptionalIdentifier = None
    metric_slug: OptionalIdentifier = None
    target_change_pct: OptionalNumber = None
    design: Annotated[
        Literal["pilot", "staggered", "before_after"] | None,
        ColumnType("text"),
        BeforeValidator(blank_to_none),
    ] = None
    pilot_cities: OptionalText = None
    cost_cny: Annotated[OptionalNumber, within(0)] = None
    started_on: OptionalDay = None
    ended_on: OptionalDay = None
    status: OptionalText = None
    updated_at: Timestamp

    @model_validator(mode="after")
    def check_days(self) -> Self:
        """An improvement ends on or after the day on which it starts."""
        check_days_in_order(self.started_on, self.ended_on)
        return self


def check_days_in_order(started_on: date | None, ended_on: date | None) -> None:
    """Refuse an end before its start."""
    if started_on is not None and ended_on is not None and ended_on < started_on:
        raise refuse("ended_on", "bad_date", "the end lies before the start")
