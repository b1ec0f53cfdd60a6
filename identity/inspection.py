"""Reading results: why a record belongs to its person, and what the model found unlikely."""

from __future__ import annotations

from dataclasses import dataclass

from identity.resolve import ROLE
from warehouse.postgres import connect
from warehouse.settings import Settings


class UnknownCustomerError(LookupError):
    """No record of this id has been resolved; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Member:
    """One record of a person."""

    customer_id: str
    match_kind: str
    match_probability: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pair that touches the person: what agrees, and whether it joined records."""

    left_id: str
    right_id: str
    link_kind: str
    match_probability: float
    is_joining: bool
    evidence: dict[str, str]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A person's records and every candidate pair that touches one of them. No values."""

    person_id: str
    members: list[Member]
    candidates: list[Candidate]


def explain(settings: Settings, customer_id: str) -> Explanation:
    """Return why a record is who it is; raise `UnknownCustomerError` for an id never resolved."""
    with connect(ROLE, settings) as connection:
        person = connection.execute(
            "select person_id from identity.memberships where customer_id = %s", (customer_id,)
        ).fetchone()
        if person is None:
            raise UnknownCustomerError(
                f"no customer record {customer_id!r} has been resolved: check the id; if it landed "
                "after the last night, `voc identity run` resolves it"
            )
        members = connection.execute(
            "select customer_id, match_kind, match_probability from identity.memberships "
            "where person_id = %s order by match_kind <> 'self', customer_id",
            person,
        ).fetchall()
        candidates = connection.execute(
            """
            with members as (
                select customer_id from identity.memberships where person_id = %s
            )
            select left_id, right_id, link_kind, match_probability, is_joining, evidence
            from identity.links
            where left_id in (select customer_id from members)
                or right_id in (select customer_id from members)
            order by match_probability desc, left_id, right_id
            """,
            person,
        ).fetchall()
    return Explanation(
        person[0], [Member(*row) for row in members], [Candidate(*row) for row in candidates]
    )
