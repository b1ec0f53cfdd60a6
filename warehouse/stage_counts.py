"""Counting rows on both sides of a stage, key by key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg


@dataclass(frozen=True)
class StageCount:
    """One source on both sides of one stage, in rows."""

    equation: str
    source_slug: str
    rows_in: int
    rows_out: int
    rows_set_aside: int = 0
    missing: int = 0  # went in, did not come out
    unknown: int = 0  # came out, never went in
    doubled: int = 0  # surplus copies of what came out

    @property
    def is_balanced(self) -> bool:
        """Tell whether each row that went in came out, or was set aside, exactly once."""
        return self.rows_in == self.rows_out + self.rows_set_aside and not (
            self.missing or self.unknown or self.doubled
        )

    def describe(self) -> str:
        """Return one line: equation, source, both sides and what is wrong between them."""
        causes = [
            f"{number} {cause}"
            for number, cause in (
                (self.missing, "missing"),
                (self.unknown, "of unknown origin"),
                (self.doubled, "doubled"),
            )
            if number
        ]
        return (
            f"{self.equation} does not balance for {self.source_slug}: {self.rows_in} rows in, "
            f"{self.rows_out} out, {self.rows_set_aside} set aside"
            + (f" ({', '.join(causes)})" if causes else "")
        )


def compare_keys(
    connection: psycopg.Connection[Any], equation: str, *, left: str, right: str
) -> list[StageCount]:
    """Compare two sides key by key, so that a lost and a doubled row cannot cancel out.

    `left` selects (source_slug, row_key), `right` (source_slug, row_key, is_set_aside).
    Returns one count per source that stands on either side.
    """
    rows = connection.execute(
        f"""
        with before as (
            select source_slug, row_key, count(*) as copies
            from ({left}) as rows
            group by source_slug, row_key
        ),
        after as (
            select source_slug, row_key, count(*) as copies,
                count(*) filter (where is_set_aside) as set_aside
            from ({right}) as rows
            group by source_slug, row_key
        )
        select
            coalesce(before.source_slug, after.source_slug, 'unknown') as source,
            coalesce(sum(before.copies), 0)::bigint as rows_in,
            coalesce(sum(after.copies - after.set_aside), 0)::bigint as rows_out,
            coalesce(sum(after.set_aside), 0)::bigint as rows_set_aside,
            coalesce(sum(greatest(before.copies - coalesce(after.copies, 0), 0)), 0)::bigint
                as missing,
            coalesce(sum(after.copies) filter (where before.row_key is null), 0)::bigint
                as unknown,
            coalesce(sum(greatest(after.copies - before.copies, 0)), 0)::bigint as doubled
        from before
        full join after
            on before.source_slug = after.source_slug and before.row_key = after.row_key
        group by source
        order by source
        """
    )
    counts = []
    for source, rows_in, rows_out, set_aside, missing, unknown, doubled in rows:
        if missing:
            # in the ledger, too, what is missing must not hide behind what is doubled
            rows_out = rows_in - set_aside - missing
        counts.append(
            StageCount(equation, source, rows_in, rows_out, set_aside, missing, unknown, doubled)
        )
    return counts
