"""The entities that ingestion lands: where each goes, its key, the contract it keeps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_args

from ingestion.contracts import crm, feedback, helpdesk, surveys
from ingestion.contracts.fields import ColumnType, Record
from warehouse.keys import keyed_hash, normalise_contact

# columns of the loader itself, after those of the contract
LOADER_COLUMNS = {
    "_extra": "jsonb",
    "_row_hash": "text",
    "_loaded_at": "timestamptz",
    "_load_id": "text",
    # when we noticed that the source no longer has the record; null while it has it
    "_deleted_at": "timestamptz",
}

Derivation = Callable[[dict[str, Any], bytes], dict[str, Any]]


@dataclass(frozen=True)
class Entity:
    """One raw table and the contract of its rows.

    `derived` fields are filled at landing (by `derive`, or by the connector), never by the
    source; `not_hashed` fields say how a row came, not what it says: a change in them alone
    does not rewrite the row. `version` tells the newer of two copies; None: the last one read.
    """

    source: str
    name: str
    schema: str
    record: type[Record]
    key: tuple[str, ...]
    version: str | None = "updated_at"
    derived: frozenset[str] = frozenset()
    not_hashed: frozenset[str] = frozenset()
    derive: Derivation | None = None

    @property
    def table(self) -> str:
        """Return `schema.table`."""
        return f"{self.schema}.{self.name}"

    @cached_property
    def contract_columns(self) -> dict[str, str]:
        """Return the contract's columns and their PostgreSQL types, in order."""
        return {
            name: column_type(info.annotation, info.metadata)
            for name, info in self.record.model_fields.items()
        }

    @cached_property
    def columns(self) -> dict[str, str]:
        """Return all columns of the raw table and their PostgreSQL types, in order."""
        return self.contract_columns | LOADER_COLUMNS

    @cached_property
    def source_columns(self) -> frozenset[str]:
        """Return the columns that the source has to deliver, even if null."""
        return frozenset(self.contract_columns) - self.derived

    @cached_property
    def json_columns(self) -> tuple[str, ...]:
        """Return the contract's jsonb columns."""
        return tuple(name for name, sql in self.contract_columns.items() if sql == "jsonb")

    @cached_property
    def hashed_columns(self) -> tuple[str, ...]:
        """Return the columns that say what a record says."""
        return tuple(name for name in self.contract_columns if name not in self.not_hashed)

    @cached_property
    def hashed_numbers(self) -> tuple[int, ...]:
        """Return the positions of decimal numbers within `hashed_columns`."""
        return tuple(
            position
            for position, name in enumerate(self.hashed_columns)
            if self.contract_columns[name] == "numeric"
        )


def column_type(annotation: Any, metadata: list[Any]) -> str:
    """Return the PostgreSQL type that a contract field declares by its `ColumnType`."""
    for mark in (*metadata, *getattr(annotation, "__metadata__", ())):
        if isinstance(mark, ColumnType):
            return mark.sql
    for part in get_args(annotation):
        try:
            return column_type(part, [])
        except LookupError:
            continue
    raise LookupError(f"{annotation!r} declares no ColumnType")


def hash_contacts(values: dict[str, Any], key: bytes) -> dict[str, Any]:
    """Add the keyed hashes by which people are matched without showing their contacts.

    A phone without any digit, such as `-`, is nobody's: its hash would make one person of many.
    """
    phone, email = values.get("phone"), values.get("email")
    has_phone = phone is not None and normalise_contact(phone, "phone") != ""
    return {
        "phone_hash": keyed_hash(phone, "phone", key) if has_phone else None,
        "email_hash": keyed_hash(email, "email", key),
    }


def _crm(name: str, record: type[Record], key: str, **options: Any) -> Entity:
    return Entity(source="crm", name=name, schema="raw_crm", record=record, key=(key,), **options)


CUSTOMERS = _crm(
    "customers",
    crm.Customer,
    "customer_id",
    derived=frozenset({"phone_hash", "email_hash"}),
    derive=hash_contacts,
)
STORES = _crm("stores", crm.Store, "store_id")
AGENTS = _crm("agents", crm.Agent, "agent_id")
PRODUCTS = _crm("products", crm.Product, "product_id")
ORDERS = _crm("orders", crm.Order, "order_id")
CUSTOMER_NOTES = _crm("customer_notes", crm.CustomerNote, "note_id")
ORDER_ITEMS = _crm("order_items", crm.OrderItem, "order_item_id")
TEAMS = _crm("teams", crm.Team, "team_id")
CAMPAIGNS = _crm("campaigns", crm.Campaign, "campaign_id")
CAMPAIGN_TOUCHES = _crm("campaign_touches", crm.CampaignTouch, "touch_id")
CASES = _crm("cases", crm.Case, "case_id")
CASE_EVENTS = _crm("case_events", crm.CaseEvent, "case_event_id")
IMPROVEMENTS = _crm("improvements", crm.Improvement, "improvement_id")
CRM_ENTITIES = (
    CUSTOMERS,
    STORES,
    AGENTS,
    PRODUCTS,
    ORDERS,
    CUSTOMER_NOTES,
    ORDER_ITEMS,
    TEAMS,
    CAMPAIGNS,
    CAMPAIGN_TOUCHES,
    CASES,
    CASE_EVENTS,
    IMPROVEMENTS,
)

CALLS = Entity(
    source="calls",
    name="calls",
    schema="raw_calls",
    record=feedback.Call,
    key=("call_id",),
    derived=frozenset({"file_name", "source_metadata"}),
    not_hashed=frozenset({"file_name"}),
)
REVIEWS = Entity(
    source="reviews",
    name="reviews",
    schema="raw_reviews",
    record=feedback.Review,
    key=("review_id",),
    derived=frozenset({"brand", "details"}),
)
SURVEY_RESPONSES = Entity(
    source="surveys",
    name="responses",
    schema="raw_surveys",
    record=feedback.SurveyResponse,
    key=("response_id",),
    derived=frozenset({"is_preview", "is_finished", "details"}),
)
SURVEY_INVITATIONS = Entity(
    source="surveys",
    name="invitations",
    schema="raw_surveys",
    record=surveys.SurveyInvitation,
    key=("invitation_id",),
)
TICKETS = Entity(
    source="helpdesk",
    name="tickets",
    schema="raw_helpdesk",
    record=helpdesk.Ticket,
    key=("ticket_id",),
)
# imports carry their mapping's own slug in ops; "files" is the family
IMPORTED_FEEDBACK = Entity(
    source="files",
    name="feedback",
    schema="raw_files",
    record=feedback.ImportedFeedback,
    key=("source_slug", "source_record_id"),
    version=None,
    derived=frozenset({"file_name", "file_row", "import_id", "received_at"}),
    not_hashed=frozenset({"file_name", "file_row", "import_id", "received_at"}),
)

ENTITIES = (
    *CRM_ENTITIES,
    CALLS,
    REVIEWS,
    SURVEY_RESPONSES,
    SURVEY_INVITATIONS,
    TICKETS,
    IMPORTED_FEEDBACK,
)


def find_entity(source_slug: str, name: str) -> Entity:
    """Return the entity of that name: several sources may fill one, so no two share a name.

    Raises `LookupError` with the source that asked.
    """
    for entity in ENTITIES:
        if entity.name == name:
            return entity
    raise LookupError(f"no entity {name!r} in source {source_slug!r}")
