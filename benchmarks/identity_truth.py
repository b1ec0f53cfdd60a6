"""Simulated customer records with their true persons, and how well persons were found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations

import numpy as np
from statsmodels.stats.proportion import proportion_confint

from identity.clusters import Membership
from identity.records import IdentityRecord, make_record
from simulator.people import make_customer
from simulator.plan import Plan
from warehouse.keys import keyed_hash

_KEY = b"benchmark"
DRAWS = 400

Pair = tuple[str, str]


@dataclass(frozen=True)
class Share:
    """A share with its 95 % interval."""

    estimate: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.estimate:.3f} ({self.low:.3f} to {self.high:.3f})"


@dataclass(frozen=True)
class PairQuality:
    """Precision and recall over pairs of records."""

    found: int
    precision: Share
    recall: Share


@dataclass(frozen=True)
class CustomerBase:
    """Records as the warehouse has them, and whose they truly are."""

    records: list[IdentityRecord]
    person_of: dict[str, str]
    kind_of: dict[str, str]

    @property
    def true_pairs(self) -> set[Pair]:
        """Pairs of records of one person."""
        return pairs_within(self.person_of)

    def pairs_of(self, memberships: Iterable[Membership]) -> set[Pair]:
        """Pairs of records that were found to be one person."""
        return pairs_within({one.customer_id: one.person_id for one in memberships})


def draw_customers(count: int, *, seed: int, end: date) -> CustomerBase:
    """Return the first `count` customer records of a simulated company."""
    plan = Plan(feedback=max(200, count * 2), years=3, seed=seed, end=end)
    records, person_of, kind_of = [], {}, {}
    for number in range(count):
        customer = make_customer(plan, number)
        known = {
            field: None if field in customer.missing else getattr(customer, field)
            for field in ("gender", "birth_year", "phone", "email")
        }
        records.append(
            make_record(
                customer.customer_id,
                customer.full_name,
                known["gender"],
                known["birth_year"],
                customer.city.name,
                keyed_hash(known["phone"], "phone", _KEY),
                keyed_hash(known["email"], "email", _KEY),
                customer.registered_at,
            )
        )
        person_of[customer.customer_id] = customer.person_id
        kind_of[customer.customer_id] = customer.record_kind
    return CustomerBase(records, person_of, kind_of)


def pairs_within(group_of: Mapping[str, str]) -> set[Pair]:
    """Return every pair of records of the same group, ids in order."""
    groups: dict[str, list[str]] = defaultdict(list)
    for record, group in group_of.items():
        groups[group].append(record)
    return {pair for members in groups.values() for pair in combinations(sorted(members), 2)}


def measure_pairs(found: set[Pair], true: set[Pair]) -> PairQuality:
    """Return precision and recall of found pairs with Wilson intervals.

    The interval takes pairs as independent; three records of one person make three pairs, so it
    is a little too narrow.
    """
    right = len(found & true)
    return PairQuality(len(found), _share(right, len(found)), _share(right, len(true)))


def _share(part: int, whole: int) -> Share:
    if not whole:
        return Share(float("nan"), 0.0, 1.0)
    low, high = proportion_confint(part, whole, method="wilson")
    return Share(part / whole, float(low), float(high))


def measure_b_cubed(found: Mapping[str, str], true: Mapping[str, str]) -> tuple[Share, Share]:
    """Return B-cubed precision and recall (Bagga and Baldwin 1998) over the same records.

    For each record: the share of its found cluster that is truly its person, and the share of its
    person that is in the cluster; then the mean over records. Intervals by a bootstrap of persons.
    """
    found_members, true_members = _members(found), _members(true)
    sums: dict[str, np.ndarray] = {}
    for record, person in true.items():
        cluster, mine = found_members[found[record]], true_members[person]
        common = len(cluster & mine)
        row = np.array([1.0, common / len(cluster), common / len(mine)])
        sums[person] = sums.get(person, np.zeros(3)) + row
    table = np.array([sums[person] for person in sorted(sums)])
    generator = np.random.default_rng(20)
    draws = []
    for _ in range(DRAWS):
        drawn = np.bincount(generator.integers(0, len(table), len(table)), minlength=len(table))
        weighed = drawn @ table
        draws.append(weighed[1:] / weighed[0])
    low, high = np.quantile(np.array(draws), [0.025, 0.975], axis=0)
    total = table.sum(axis=0)
    means = total[1:] / total[0]
    precision, recall = (
        Share(float(means[side]), float(low[side]), float(high[side])) for side in (0, 1)
    )
    return precision, recall


def _members(group_of: Mapping[str, str]) -> dict[str, set[str]]:
    members: dict[str, set[str]] = defaultdict(set)
    for record, group in group_of.items():
        members[group].add(record)
    return members
