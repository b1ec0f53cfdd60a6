"""From links to persons: joined in order of strength, never across a reviewed exception."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from identity.exceptions import Pair
from identity.links import Link
from identity.records import IdentityRecord

MatchKind = Literal["self", "reviewed", "deterministic", "probabilistic"]
_STRENGTH = {"reviewed": 0, "deterministic": 1, "probabilistic": 2}


@dataclass(frozen=True, slots=True)
class Membership:
    """Whose record it is. Kind and probability are those of the weakest link to the first one."""

    customer_id: str
    person_id: str
    kind: MatchKind
    probability: float


class _Cluster:
    """The members of one person so far, and what is known of the person."""

    def __init__(self, record: IdentityRecord) -> None:
        self.members = [record]
        self.genders = {record.gender} - {None}
        self.birth_years = {record.birth_year} - {None}

    def contradicts(self, other: _Cluster) -> bool:
        """Say whether two genders, or years of birth more than one apart, would meet."""
        years = self.birth_years | other.birth_years
        return len(self.genders | other.genders) > 1 or (
            len(years) > 1 and max(years) - min(years) > 1  # type: ignore[type-var, operator]
        )

    def absorb(self, other: _Cluster) -> None:
        """Take over another cluster."""
        self.members += other.members
        self.genders |= other.genders
        self.birth_years |= other.birth_years


def join_records(
    records: Sequence[IdentityRecord], links: Iterable[Link], never_same: Iterable[Pair] = ()
) -> tuple[list[Membership], list[Link]]:
    """Return every record's person, by id, and the links by which records were joined.

    Links are taken strongest first (reviewed, deterministic, then by probability; ties by id). One
    that would bring together a pair of `never_same`, or (unless it is reviewed) records that
    contradict one another, is left out: so no chain of likely links makes an unlikely person.
    """
    known = {record.customer_id: record for record in records}
    cluster = {name: _Cluster(record) for name, record in known.items()}
    apart: dict[str, set[str]] = defaultdict(set)
    for left_id, right_id in never_same:
        apart[left_id].add(right_id)
        apart[right_id].add(left_id)
    used = []
    for link in sorted(links, key=lambda one: (_STRENGTH[one.kind], -one.probability, one.pair)):
        if link.left_id not in known or link.right_id not in known:
            continue
        left, right = cluster[link.left_id], cluster[link.right_id]
        if left is right or _kept_apart(left, right, apart):
            continue
        if link.kind != "reviewed" and left.contradicts(right):
            continue
        if len(left.members) < len(right.members):
            left, right = right, left
        left.absorb(right)
        for member in right.members:
            cluster[member.customer_id] = left
        used.append(link)
    return _name_persons(known, cluster, used), used


def _kept_apart(left: _Cluster, right: _Cluster, apart: dict[str, set[str]]) -> bool:
    others = {member.customer_id for member in right.members}
    return any(apart.get(member.customer_id, set()) & others for member in left.members)


def _name_persons(
    known: dict[str, IdentityRecord], cluster: dict[str, _Cluster], used: Sequence[Link]
) -> list[Membership]:
    """Walk from the first record of each person over the joining links (a tree) to the others."""
    neighbours: dict[str, list[Link]] = defaultdict(list)
    for link in used:
        neighbours[link.left_id].append(link)
        neighbours[link.right_id].append(link)
    found: dict[str, Membership] = {}
    for name in known:
        if name in found:
            continue
        first = min(cluster[name].members, key=lambda one: one.order).customer_id
        found[first] = Membership(first, first, "self", 1.0)
        waiting = deque([first])
        while waiting:
            current = found[waiting.popleft()]
            for link in neighbours.get(current.customer_id, ()):
                other = link.right_id if link.left_id == current.customer_id else link.left_id
                if other not in found:
                    found[other] = _behind(current, other, link)
                    waiting.append(other)
    return [found[name] for name in sorted(known)]


def _behind(nearer: Membership, customer_id: str, link: Link) -> Membership:
    kind: MatchKind = link.kind
    if nearer.kind != "self" and _STRENGTH[nearer.kind] > _STRENGTH[link.kind]:
        kind = nearer.kind
    return Membership(
        customer_id, nearer.person_id, kind, min(nearer.probability, link.probability)
    )
