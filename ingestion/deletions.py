"""Records that a source no longer has: found by comparing keys, marked, never removed.

Data flow:
    all keys of the source -> COPY into a temporary table      memory stays flat on both sides
        -> anti-join with the raw table                         what vanished, what was missed
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

from ingestion.contracts import Entity
from ingestion.errors import SourceError
from warehouse.postgres import connect, copy_rows, qualified
from warehouse.settings import Settings

# a share says nothing about a handful: this many may vanish from any table that is not empty
_FEW = 5
_FETCH_ROWS = 5_000


def mark_deleted(
    connection: psycopg.Connection[Any],
    entity: Entity,
    deletions: Mapping[tuple[str, ...], datetime | None],
    noticed_at: datetime,
) -> int:
    """Set `_deleted_at` of these keys to `noticed_at`; return how many rows were not marked before.

    `_loaded_at` moves as well, for core finds by it what changed. A deletion that has its moment
    spares a copy of the record that is newer than that.
    """
    if not deletions:
        return 0
    newer: sql.Composable = sql.SQL("false")
    if entity.version is not None:
        newer = sql.SQL("raw.{} > gone.deleted_at").format(sql.Identifier(entity.version))
    query = sql.SQL(
        "update {table} as raw set _deleted_at = %s, _loaded_at = %s "
        "from unnest({arrays}, %s::timestamptz[]) as gone ({names}, deleted_at) "
        "where {same_key} and raw._deleted_at is null and ({newer}) is not true"
    ).format(
        table=qualified(entity.table),
        arrays=sql.SQL(", ").join([sql.SQL("%s::text[]")] * len(entity.key)),
        names=sql.SQL(", ").join(map(sql.Identifier, entity.key)),
        same_key=sql.SQL(" and ").join(
            sql.SQL("raw.{0} = gone.{0}").format(sql.Identifier(name)) for name in entity.key
        ),
        newer=newer,
    )
    columns = [list(column) for column in zip(*deletions, strict=True)]
    moments = [noticed_at, noticed_at]
    return connection.execute(query, [*moments, *columns, list(deletions.values())]).rowcount


@dataclass(frozen=True)
class KeyComparison:
    """What a source has against what the raw table has of it.

    `present_count` raw rows are not marked as deleted; the source lacks `deleted_count` of them
    and has `source_count` keys in all.
    """

    connection: psycopg.Connection[Any]
    entity: Entity
    source_slug: str
    source_count: int
    present_count: int
    deleted_count: int

    def iter_deleted(self) -> Iterator[str]:
        """Yield the keys that the source no longer has, in their order."""
        yield from self._iter_keys(_DELETED, {"source": self.source_slug})

    def iter_missed(self, since: datetime) -> Iterator[str]:
        """Yield keys whose change before `since` the raw table lacks: late, or come back."""
        yield from self._iter_keys(_MISSED, {"source": self.source_slug, "since": since})

    def refuse_suspicious(self, share_limit: float) -> None:
        """Raise `SourceError` when so many vanished at once that a mishap is likelier."""
        share = self.deleted_count / self.present_count if self.present_count else 0.0
        if share <= share_limit or (self.deleted_count <= _FEW and self.source_count):
            return
        raise SourceError(
            self.source_slug,
            f"comparing the keys of {self.entity.name!r}",
            f"{self.deleted_count:,} of {self.present_count:,} records ({share:.0%}) are gone at "
            f"once, more than the {share_limit:.0%} that may be; none was marked as deleted",
            "ask the owner of the source whether that is meant; if so, raise "
            f"deletion_share_limit of {self.source_slug!r} in config/sources.yml for one load",
        )

    def _iter_keys(self, query: str, parameters: dict[str, Any]) -> Iterator[str]:
        with self.connection.cursor(name="compared_keys") as cursor:
            cursor.itersize = _FETCH_ROWS
            for (key,) in cursor.execute(_fill_in(query, self.entity), parameters):
                yield key


@contextmanager
def compare_keys(
    settings: Settings,
    entity: Entity,
    source_slug: str,
    keys: Iterable[tuple[str, datetime | None]],
) -> Iterator[KeyComparison]:
    """Compare all keys of a source, each with its version, with what its loads landed.

    Rows of another source in the same raw table are left out. Entities have one key column here.
    """
    with connect("voc_loader", settings) as connection:
        # just after a load PostgreSQL takes a raw table for nearly empty, and would loop over it
        connection.execute("set local enable_nestloop = off")
        connection.execute(
            "create temporary table source_keys (key text, version timestamptz) on commit drop"
        )
        copy_rows(connection, "source_keys", ("key", "version"), keys)
        # a view may give a key twice
        connection.execute(
            "create temporary table offered on commit drop as "
            "select key, max(version) as version from source_keys group by key"
        )
        connection.execute("analyze offered")
        row = connection.execute(_fill_in(_COUNTS, entity), {"source": source_slug}).fetchone()
        assert row is not None  # an aggregate without a group always has its row
        yield KeyComparison(connection, entity, source_slug, *row)


# rows of the entity's raw table that this source wrote and still had at the last look
_PRESENT = """
    select landed.{key} as key, landed.{version} as version from {table} as landed
    where landed._deleted_at is null and landed._load_id in (
        select loads.load_id from ops.loads as loads where loads.source_slug = %(source)s
    )
"""
# left joins, not `not exists`: within an aggregate's filter that would be a loop
_COUNTS = f"""
    with present as ({_PRESENT})
    select
        (select count(*) from offered),
        count(*),
        count(*) filter (where offered.key is null)
    from present
    left join offered on present.key = offered.key
"""
_DELETED = f"""
    with present as ({_PRESENT})
    select present.key from present
    left join offered on present.key = offered.key
    where offered.key is null
    order by present.key
"""
_MISSED = f"""
    with present as ({_PRESENT})
    select offered.key from offered
    left join present on offered.key = present.key
    where (offered.version < %(since)s or offered.version is null)
        and (present.key is null or offered.version > present.version)
    order by offered.version nulls first, offered.key
"""


def _fill_in(query: str, entity: Entity) -> sql.Composed:
    return sql.SQL(query).format(  # type: ignore[arg-type]
        key=sql.Identifier(entity.key[0]),
        version=sql.Identifier(entity.version or ""),
        table=qualified(entity.table),
    )
