"""Contracts of the CRM: who the customers are, what they bought, what staff noted."""

from __future__ import annotations

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
