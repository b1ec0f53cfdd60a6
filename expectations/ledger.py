"""The landing gate's look at the ledger: does each load add up, was too much set aside?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import yaml

from expectations.report import CheckResult
from warehouse.equations import RECENT_LOADS

SUITE = "ops__loads"
DEFAULT_QUARANTINE_SHARE = 0.05
# a single bad row of a tiny load is no pattern
_SMALL_LOAD_ROWS = 20


@dataclass(frozen=True)
class QuarantineLimits:
    """Highest share (0 to 1) of quarantined rows per source; imports share one limit."""

    by_source: dict[str, float]
    of_imports: float

    def limit(self, source_slug: str) -> float:
        """Return the limit of a source; every slug that is not configured is an import's."""
        return self.by_source.get(source_slug, self.of_imports)


def read_quarantine_limits(path: Path) -> QuarantineLimits:
    """Read `quarantine_share_limit` of each source, and of `files`, from `config/sources.yml`."""
    config: dict[str, Any] = yaml.safe_load(path.read_text("utf-8")) or {}

    def limit(options: dict[str, Any] | None) -> float:
        return float((options or {}).get("quarantine_share_limit", DEFAULT_QUARANTINE_SHARE))

    return QuarantineLimits(
        {slug: limit(options) for slug, options in config.get("sources", {}).items()},
        limit(config.get("files")),
    )


def check_loads(
    connection: psycopg.Connection[Any], run_id: str, limits: QuarantineLimits
) -> list[CheckResult]:
    """Check every load since the last good run, one result per source, entity and rule.

    The share counts what still waits in quarantine: rows that somebody dropped, or replayed after
    a fix, have been decided and hold no night up.
    """
    rows = connection.execute(
        f"""
        select source_slug, entity,
            coalesce(sum(rows_read) filter (where status = 'success'), 0)::bigint,
            coalesce(sum(rows_landed) filter (where status = 'success'), 0)::bigint,
            coalesce(sum(rows_quarantined) filter (where status = 'success'), 0)::bigint,
            count(*) filter (
                where status = 'success' and rows_read <> rows_landed + rows_quarantined
            ),
            (array_agg(status order by started_at desc))[1],
            coalesce(sum(kept.open_count), 0)::bigint
        from ({RECENT_LOADS}) as loads
        left join lateral (
            select count(*) as open_count from ops.quarantine
            where quarantine.load_id = loads.load_id
                and quarantine.entity = loads.entity and quarantine.status = 'open'
        ) as kept on true
        group by source_slug, entity
        order by source_slug, entity
        """,
        {"run_id": run_id},
    ).fetchall()
    if not rows:
        return [
            CheckResult(
                SUITE,
                "something was loaded",
                "warning",
                False,
                "no load since the last good run",
                notes="A night without any load is a night of old figures.",
            )
        ]
    checks = [check for row in rows for check in _check_entity(row, limits)]
    return checks + _check_new_columns(connection, run_id)


def _check_new_columns(connection: psycopg.Connection[Any], run_id: str) -> list[CheckResult]:
    """Announce columns that no load before the last good run had; none, no result."""
    rows = connection.execute(
        f"""
        with recent as ({RECENT_LOADS}),
        announced as (
            select loads.source_slug, loads.entity, loads.load_id, columns.name
            from ops.loads as loads
            cross join lateral jsonb_array_elements_text(
                coalesce(loads.detail -> 'new_columns', '[]')
            ) as columns (name)
        )
        select source_slug, entity, string_agg(distinct name, ', ' order by name)
        from announced
        where load_id in (select load_id from recent)
            and not exists (
                select 1 from announced as earlier
                where earlier.load_id not in (select load_id from recent)
                    and (earlier.source_slug, earlier.entity, earlier.name)
                        = (announced.source_slug, announced.entity, announced.name)
            )
        group by source_slug, entity
        order by source_slug, entity
        """,
        {"run_id": run_id},
    ).fetchall()
    return [
        CheckResult(
            SUITE,
            f"{source}.{entity}: only columns that the contract knows",
            "warning",
            False,
            columns,
            notes="The source has gained columns; they are kept in _extra, and nothing reads them.",
            next_step=f"ask the owner of {source} what they mean; the contract may take them in",
        )
        for source, entity, columns in rows
    ]


def list_filled_entities(connection: psycopg.Connection[Any]) -> set[str]:
    """Return the entities of which some load landed rows, ever, from whichever source.

    Tables of sources that a company does not use stand empty, and rightly so.
    """
    return {
        entity
        for (entity,) in connection.execute(
            "select distinct entity from ops.loads where rows_landed > 0"
        )
    }


def _check_entity(row: tuple[Any, ...], limits: QuarantineLimits) -> Iterable[CheckResult]:
    source, entity, read, landed, quarantined, unbalanced, last_status, open_count = row
    yield CheckResult(
        SUITE,
        f"{source}.{entity}: rows read = landed + quarantined",
        "critical",
        unbalanced == 0,
        f"{read} read, {landed} landed, {quarantined} quarantined, {unbalanced} loads unbalanced",
        notes="A difference is a row that was lost or doubled between source and raw table.",
        next_step=f"read the log of the load of {source}.{entity}, then load it again",
    )
    limit = limits.limit(source)
    share = open_count / read if read else 0.0
    yield CheckResult(
        SUITE,
        f"{source}.{entity}: at most {limit:.0%} quarantined",
        "critical",
        share <= limit or open_count <= _SMALL_LOAD_ROWS * limit,
        f"{open_count} of {read} rows ({share:.1%})",
        notes="Single bad rows happen; more than the limit is a changed format.",
        next_step=(
            f"`voc quarantine list --source {source}` shows the reasons; mend the source or its "
            "mapping, then `voc quarantine replay` or `drop`; the limit is in config/sources.yml"
        ),
    )
    yield CheckResult(
        SUITE,
        f"{source}.{entity}: the last load ended well",
        "warning",
        last_status == "success",
        str(last_status),
        notes="The figures of this source stop at the load before.",
    )
