"""Resolve customer records to persons and keep the result: the night's step, safe to repeat.

Nothing is remembered from night to night: persons follow from the records, the exceptions and this
code alone, so that a warehouse loaded at once equals one loaded night by night. A night on which
none of the three has changed does nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import psycopg

from identity.clusters import Membership, join_records
from identity.exceptions import FILE_NAME, IdentityExceptions, Pair, read_exceptions
from identity.links import Link, LinkKind, find_deterministic_links
from identity.probabilistic import score_pairs
from identity.records import IdentityRecord, digest_records, read_records
from warehouse.postgres import LOCK_NAMESPACE, connect, copy_rows
from warehouse.settings import Settings

# raise it when the same records may give other persons: everything is then resolved anew
METHOD_VERSION = "splink-2"
# pairs at least this likely are one person (docs/identity.md shows precision and recall by it)
MATCH_THRESHOLD = 0.8
ROLE = "voc_nlp"

_MEMBERSHIP_COLUMNS = (
    "customer_id", "person_id", "match_kind", "match_probability", "method_version",
)  # fmt: skip
_LINK_COLUMNS = (
    "left_id", "right_id", "link_kind", "match_probability", "is_joining", "evidence",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Resolution:
    """Every record's person, every candidate link, and the links that joined records."""

    memberships: list[Membership]
    links: list[Link]
    joining: list[Link]

    @property
    def person_count(self) -> int:
        """How many persons there are."""
        return len({one.person_id for one in self.memberships})

    def count_links(self) -> dict[str, int]:
        """Return how many links of each kind joined records."""
        return dict(sorted(Counter(link.kind for link in self.joining).items()))


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run did. `was_needed` is false when nothing had changed since the last one."""

    was_needed: bool
    record_count: int
    person_count: int
    link_counts: dict[str, int]
    unknown_ids: list[str]


def exceptions_path(settings: Settings) -> Path:
    """Return where the reviewed exceptions of this installation are written down."""
    return settings.root / "config" / FILE_NAME


def resolve(
    records: Sequence[IdentityRecord],
    exceptions: IdentityExceptions | None = None,
    *,
    threshold: float = MATCH_THRESHOLD,
) -> Resolution:
    """Return the persons behind records: rules first, the model for the rest, exceptions over all.

    `threshold` is the lowest `match_probability` (0..1) that joins two records. The order of the
    records does not matter.
    """
    exceptions = exceptions or IdentityExceptions()
    ordered = sorted(records, key=lambda one: one.customer_id)
    rules = find_deterministic_links(ordered)
    found_by_rule = {link.pair for link in rules}
    scored = [link for link in score_pairs(ordered, len(rules)) if link.pair not in found_by_rule]
    reviewed = [
        Link(min(pair), max(pair), "reviewed", 1.0, {"exception": "always_same"})
        for pair in dict.fromkeys(exceptions.always_same)
    ]
    strong = [link for link in scored if link.probability >= threshold]
    memberships, joining = join_records(ordered, reviewed + rules + strong, exceptions.never_same)
    return Resolution(memberships, rules + scored, joining)


def run(settings: Settings, *, is_forced: bool = False) -> RunReport:
    """Bring `identity.*` to what the landed customers and the exceptions say.

    Raises `ExceptionsError` for an exception file that cannot be applied.
    """
    exceptions = read_exceptions(exceptions_path(settings))
    with connect(ROLE, settings) as connection:
        # two runs at once would write over each other: the second waits, then finds nothing to do
        connection.execute(
            "select pg_advisory_xact_lock(%s, hashtext('identity'))", (LOCK_NAMESPACE,)
        )
        records = list(read_records(connection))
        unknown = exceptions.unknown_ids({record.customer_id for record in records})
        digest = _digest(records, exceptions)
        last = _read_last_run(connection)
        if last and last[0] == digest and not is_forced:
            return RunReport(False, len(records), last[1], last[2], unknown)
        resolution = resolve(records, exceptions)
        _write(connection, resolution)
        counts = resolution.count_links()
        connection.execute(
            "insert into identity.runs (method_version, input_digest, record_count, "
            "person_count, link_counts) values (%s, %s, %s, %s, %s)",
            (METHOD_VERSION, digest, len(records), resolution.person_count, json.dumps(counts)),
        )
    return RunReport(True, len(records), resolution.person_count, counts, unknown)


def _digest(records: Iterable[IdentityRecord], exceptions: IdentityExceptions) -> str:
    method = f"{METHOD_VERSION} {MATCH_THRESHOLD} {exceptions.model_dump_json()}"
    return sha256((method + digest_records(records)).encode()).hexdigest()


def _read_last_run(
    connection: psycopg.Connection[tuple],
) -> tuple[str, int, dict[str, int]] | None:
    row = connection.execute(
        "select input_digest, person_count, link_counts from identity.runs "
        "order by run_number desc limit 1"
    ).fetchone()
    return (row[0], row[1], row[2]) if row else None


def _write(connection: psycopg.Connection[tuple], resolution: Resolution) -> None:
    """Replace the tables in the transaction of the caller; readers see the old ones until then."""
    joining = {(link.pair, link.kind) for link in resolution.joining}
    reviewed = [link for link in resolution.joining if link.kind == "reviewed"]
    connection.execute("delete from identity.memberships")
    connection.execute("delete from identity.links")
    copy_rows(
        connection,
        "identity.memberships",
        _MEMBERSHIP_COLUMNS,
        (
            (one.customer_id, one.person_id, one.kind, one.probability, METHOD_VERSION)
            for one in resolution.memberships
        ),
    )
    copy_rows(
        connection,
        "identity.links",
        _LINK_COLUMNS,
        (_link_row(link, joining) for link in reviewed + resolution.links),
    )


def _link_row(link: Link, joining: set[tuple[Pair, LinkKind]]) -> tuple[object, ...]:
    is_joining = (link.pair, link.kind) in joining
    return (*link.pair, link.kind, link.probability, is_joining, json.dumps(link.evidence))
