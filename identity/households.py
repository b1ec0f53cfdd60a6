"""What strangers who share a contact have in common: a household is no person.

A family shares its telephone, its city and its name. Taken as independent signs, as the model
takes them, the three make one person of two: so where a contact is shared, name and city are
weighed against those who share one and are surely several (two genders, two years of birth),
not against random strangers. Limit: those who contradict stand for all of a household, also for
twins of one gender.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pandas as pd

from identity.links import contradicts, iter_sharing
from identity.records import IdentityRecord

CONTACTS = {"phone": "phone_hash", "email": "email_hash"}
# what a household has in common besides its contacts
_COMMON = ("name", "city")
# with fewer such pairs nothing is known of households
_ENOUGH_PAIRS = 20
# so many random strangers are counted along, that no share is 0
_STRANGERS_ADDED = 5.0
# share of a level that no random pair showed
RAREST = 1e-6


@dataclass(frozen=True)
class Households:
    """By contact and comparison: the bits to add to a pair's weight, by level (0 is the worst)."""

    corrections: Mapping[str, Mapping[str, Sequence[float]]]

    def correct(self, row: Mapping[str, object]) -> float:
        """Return the bits to add to the weight of a scored pair, a row of Splink's."""
        for contact, by_comparison in self.corrections.items():
            if row[f"gamma_{contact}"] == 1:
                return sum(
                    bits[int(str(row[f"gamma_{name}"]))] - float(str(row[f"mw_tf_adj_{name}"]))
                    for name, bits in by_comparison.items()
                    if int(str(row[f"gamma_{name}"])) >= 0
                )
        return 0.0


def learn_households(
    connection: duckdb.DuckDBPyConnection,
    records: Sequence[IdentityRecord],
    conditions: Mapping[str, Sequence[str]],
    strangers: Mapping[str, Sequence[float]],
) -> Households:
    """Count how often name and city agree between surely different sharers of a contact.

    `conditions` are those of the comparisons' levels from the best on, all but the last;
    `strangers` the shares of the levels among random pairs, from the worst (0) on.
    """
    corrections = {}
    for contact, column in CONTACTS.items():
        pairs = [pair for pair in iter_sharing(records, column) if contradicts(*pair)]
        if len(pairs) < _ENOUGH_PAIRS:
            continue
        corrections[contact] = {
            name: _weigh(_count_levels(connection, pairs, conditions[name]), strangers[name])
            for name in _COMMON
        }
    return Households(corrections)


def _weigh(counts: Counter[int], strangers: Sequence[float]) -> list[float]:
    total = counts.total() + _STRANGERS_ADDED
    return [
        math.log2(share * total / (counts[position] + _STRANGERS_ADDED * share))
        for position, share in enumerate(strangers)
    ]


def _count_levels(
    connection: duckdb.DuckDBPyConnection,
    pairs: Sequence[tuple[IdentityRecord, IdentityRecord]],
    conditions: Sequence[str],
) -> Counter[int]:
    """Return how many pairs fall into each level; pairs with an unknown value into none."""
    fields = ("name", "sound", "family_name", "given_name", "city")
    compared = pd.DataFrame(
        [[getattr(record, field) for record in pair for field in fields] for pair in pairs],
        columns=[f"{field}_{side}" for side in "lr" for field in fields],
        dtype="string",
    )
    column = conditions[0].partition("_l ")[0]
    cases = " ".join(
        f"when {condition} then {len(conditions) - position}"
        for position, condition in enumerate(conditions)
    )
    connection.register("household_pairs", compared)
    rows = connection.execute(
        f"select case {cases} else 0 end, count(*) from household_pairs "
        f"where {column}_l is not null and {column}_r is not null group by 1"
    ).fetchall()
    connection.unregister("household_pairs")
    return Counter(dict(rows))
