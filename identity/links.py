"""A link between two records, and those that need no model: the deterministic rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

from identity.records import IdentityRecord

LinkKind = Literal["reviewed", "deterministic", "probabilistic"]
# a contact that more records share is a switchboard or a shop's own number: it says nothing
SHARED_BY_AT_MOST = 20


@dataclass(frozen=True, slots=True)
class Link:
    """Two records that may be one person. `left_id` < `right_id`; evidence holds no value."""

    left_id: str
    right_id: str
    kind: LinkKind
    probability: float
    evidence: dict[str, str] = field(default_factory=dict)

    @property
    def pair(self) -> tuple[str, str]:
        """Return both ids."""
        return (self.left_id, self.right_id)


def contradicts(left: IdentityRecord, right: IdentityRecord) -> bool:
    """Say whether two records know different genders or years of birth."""
    return any(
        one is not None and other is not None and one != other
        for one, other in ((left.gender, right.gender), (left.birth_year, right.birth_year))
    )


def same_person_by_rule(left: IdentityRecord, right: IdentityRecord) -> bool:
    """Say whether two records that share a contact are one person beyond doubt.

    A family shares its telephone: the contact alone is not enough. Also needed are the same name
    by sound, or the same family name and year of birth; and nothing may contradict.
    """
    if contradicts(left, right):
        return False
    if left.sound is not None and left.sound == right.sound:
        return True
    return (
        left.birth_year is not None
        and left.birth_year == right.birth_year
        and left.family_name is not None
        and left.family_name == right.family_name
    )


def iter_sharing(
    records: Sequence[IdentityRecord], field_name: str
) -> Iterator[tuple[IdentityRecord, IdentityRecord]]:
    """Yield pairs of records with the same known value in a field of few repetitions."""
    groups: dict[str, list[IdentityRecord]] = defaultdict(list)
    for record in records:
        value = getattr(record, field_name)
        if value is not None:
            groups[value].append(record)
    for group in groups.values():
        if 1 < len(group) <= SHARED_BY_AT_MOST:
            yield from combinations(sorted(group, key=lambda one: one.customer_id), 2)


def find_deterministic_links(records: Sequence[IdentityRecord]) -> list[Link]:
    """Return the pairs that share the hash of a telephone or of an e-mail and pass the rule."""
    shared: dict[tuple[str, str], dict[str, str]] = {}
    for field_name in ("phone_hash", "email_hash"):
        for left, right in iter_sharing(records, field_name):
            if same_person_by_rule(left, right):
                evidence = shared.setdefault((left.customer_id, right.customer_id), {})
                evidence[field_name.removesuffix("_hash")] = "same"
    return [
        Link(left_id, right_id, "deterministic", 1.0, evidence)
        for (left_id, right_id), evidence in sorted(shared.items())
    ]
