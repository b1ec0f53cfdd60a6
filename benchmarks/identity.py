"""How well are a person's records found, and how long does it take?

    python -m benchmarks.identity [--sizes 10000 50000] [--seed 20]

Customer records of the simulated company, of which the truth knows the persons. Prints for each
size a Markdown table: pairwise precision and recall (Wilson 95 %), B-cubed (bootstrap 95 %) for
exact name and year of birth, any shared contact, the deterministic rules, and rules with the model
at several thresholds; then the recall by how the second record came to be, how often pairs of a
stated probability are truly one person (the rules' pairs left out), and the seconds.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import date

from benchmarks.identity_truth import (
    CustomerBase,
    draw_customers,
    measure_b_cubed,
    measure_pairs,
    pairs_within,
)
from identity.clusters import join_records
from identity.links import Link, find_deterministic_links, iter_sharing
from identity.probabilistic import score_pairs
from identity.records import IdentityRecord
from identity.resolve import MATCH_THRESHOLD

END = date(2026, 11, 21)
THRESHOLDS = (0.5, 0.8, 0.9, 0.95, 0.99)
BANDS = (0.2, 0.5, 0.8, 0.9, 0.95, 0.99)


def group(records: Sequence[IdentityRecord], links: Sequence[Link]) -> dict[str, str]:
    """Return each record's person."""
    memberships, _ = join_records(records, links)
    return {one.customer_id: one.person_id for one in memberships}


def group_by(
    records: Sequence[IdentityRecord], key: Callable[[IdentityRecord], object | None]
) -> dict[str, str]:
    """Return the groups of records with an equal key; a record without a key stands alone."""
    first: dict[object, str] = {}
    groups = {}
    for record in records:
        value = key(record)
        groups[record.customer_id] = (
            record.customer_id if value is None else first.setdefault(value, record.customer_id)
        )
    return groups


def group_by_contact(records: Sequence[IdentityRecord]) -> dict[str, str]:
    """Return what joining every shared telephone or e-mail gives, whoever holds it."""
    person = {record.customer_id: record.customer_id for record in records}

    def find(name: str) -> str:
        while person[name] != name:
            name = person[name]
        return name

    for field in ("phone_hash", "email_hash"):
        for left, right in iter_sharing(records, field):
            one, other = sorted((find(left.customer_id), find(right.customer_id)))
            person[other] = one
    return {name: find(name) for name in person}


def name_and_year(record: IdentityRecord) -> object | None:
    """Return the key of the simplest rule."""
    return (record.name, record.birth_year) if record.name and record.birth_year else None


def show_row(name: str, groups: dict[str, str], base: CustomerBase) -> None:
    """Print one row of the table."""
    pairs = measure_pairs(pairs_within(groups), base.true_pairs)
    precision, recall = measure_b_cubed(groups, base.person_of)
    print(
        f"| {name} | {pairs.found:,} | {pairs.precision} | {pairs.recall} | {precision} "
        f"| {recall} |",
        flush=True,
    )


def show_kinds(groups: dict[str, str], base: CustomerBase) -> None:
    """Print the recall by how the later record of a true pair came to be."""
    found = pairs_within(groups)
    totals: Counter[str] = Counter()
    hits: dict[str, int] = defaultdict(int)
    for pair in base.true_pairs:
        kind = base.kind_of[max(pair)]
        totals[kind] += 1
        hits[kind] += pair in found
    parts = [f"{kind} {hits[kind] / n:.2f} (n={n})" for kind, n in sorted(totals.items())]
    print(f"\nRecall at {MATCH_THRESHOLD} by kind of the later record: {', '.join(parts)}.")


def show_reliability(scored: Sequence[Link], rules: Sequence[Link], base: CustomerBase) -> None:
    """Print what pairs that only the model finds say of themselves, and what is true."""
    by_rule = {link.pair for link in rules}
    print("\n| match_probability | pairs | mean stated | truly one person |")
    print("|---|--:|--:|---|")
    for low, high in zip(BANDS, (*BANDS[1:], 1.01), strict=True):
        band = [
            link for link in scored if low <= link.probability < high and link.pair not in by_rule
        ]
        if not band:
            continue
        stated = sum(link.probability for link in band) / len(band)
        truth = measure_pairs({link.pair for link in band}, base.true_pairs).precision
        print(f"| {low:.2f} to {min(high, 1):.2f} | {len(band):,} | {stated:.3f} | {truth} |")


def measure(size: int, seed: int) -> None:
    """Print the table of one size."""
    base = draw_customers(size, seed=seed, end=END)
    print(f"\n{size:,} records, {len(base.true_pairs):,} true pairs, seed {seed}\n")
    print("| method | pairs found | precision | recall | B³ precision | B³ recall |")
    print("|---|--:|---|---|---|---|")
    show_row("exact name and year of birth", group_by(base.records, name_and_year), base)
    show_row("any shared contact", group_by_contact(base.records), base)
    started, busy = time.perf_counter(), time.process_time()
    rules = find_deterministic_links(base.records)
    show_row("deterministic rules", group(base.records, rules), base)
    scored = score_pairs(base.records, len(rules))
    wall, processor = time.perf_counter() - started, time.process_time() - busy
    for threshold in THRESHOLDS:
        strong = [link for link in scored if link.probability >= threshold]
        groups = group(base.records, rules + strong)
        show_row(f"rules and model at {threshold}", groups, base)
        if threshold == MATCH_THRESHOLD:
            chosen = groups
    show_kinds(chosen, base)
    show_reliability(scored, rules, base)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\nRules and model: {wall:.0f} s, {processor:.0f} CPU s; peak memory {most:,.0f} MB.")


def main() -> None:
    """Measure every size asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.identity", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 50_000])
    parser.add_argument("--seed", type=int, default=20)
    options = parser.parse_args()
    for size in options.sizes:
        measure(size, options.seed)


if __name__ == "__main__":
    main()
