"""Temporary tables on disk for what must not grow in memory: ids seen, turns of dialogues."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any, Self

from ingestion.tabular import Row

# bits; a number without a common divisor with powers of two, so that all of a hash matters
_MARKS = 128_000_000 - 1
_IDS_PER_BATCH = 1_000


class _TemporaryTable:
    """A private SQLite database that lives in a temporary file and dies with its connection."""

    def __init__(self, ddl: str) -> None:
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.execute("pragma journal_mode = off")
        self._connection.execute("pragma synchronous = off")
        self._connection.execute(ddl)
        self._connection.execute("begin")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()


class IdCounter(_TemporaryTable):
    """Counts how often each id came.

    Nearly all ids are new. A bitmap (16 MB) knows that of most of them, so that the table is
    written in batches and asked only when an id may have come before: always when it has, and by
    mistake for 2 % of the ids of a file of ten million.
    """

    def __init__(self) -> None:
        super().__init__("create table ids (id blob primary key, n integer) without rowid")
        self._marks = bytearray(_MARKS // 8 + 1)
        self._unwritten: list[tuple[bytes]] = []

    def count(self, record_id: str) -> int:
        """Count one more and return how often this id has come by now."""
        found = hash(record_id)
        name = record_id.encode("utf-8", "surrogatepass")
        # two marks for each id, from either half of its hash
        is_new = self._mark(found % _MARKS)
        is_new |= self._mark((found >> 32) % _MARKS)
        if is_new:
            self._unwritten.append((name,))
            if len(self._unwritten) == _IDS_PER_BATCH:
                self._write()
            return 1
        self._write()
        row = self._connection.execute(
            "insert into ids values (?, 1) on conflict (id) do update set n = n + 1 returning n",
            (name,),
        ).fetchone()
        return int(row[0])

    def _mark(self, place: int) -> bool:
        """Set a mark; return whether it was not set before."""
        bit = 1 << (place & 7)
        known = self._marks[place >> 3]
        self._marks[place >> 3] = known | bit
        return not known & bit

    def _write(self) -> None:
        self._connection.executemany("insert into ids values (?, 1)", self._unwritten)
        self._unwritten.clear()


class TurnSpool(_TemporaryTable):
    """Gathers rows into groups, wherever in the file they stand."""

    def __init__(self) -> None:
        super().__init__(
            "create table turns (name blob, position, number integer primary key, content text)"
        )

    def add(self, group: str, position: Any, row: Row) -> None:
        """Keep a row; `position` orders it within its group (None: as in the file)."""
        self._connection.execute(
            "insert into turns values (?, ?, ?, ?)",
            (
                group.encode("utf-8", "surrogatepass"),
                _as_sortable(position),
                row.number,
                json.dumps(row.values, default=_as_text),
            ),
        )

    def iter_groups(self) -> Iterator[tuple[str, list[Row]]]:
        """Yield each group with its rows in order; groups in the order of their first rows."""
        self._connection.execute("create index turns_by_name on turns (name)")
        turns = self._connection.execute(
            """
            select turns.name, number, content from turns
            inner join (select name, min(number) as first from turns group by name) as groups
                on turns.name = groups.name
            order by first, position, number
            """
        )
        for name, rows in groupby(turns, key=lambda turn: turn[0]):
            group = name.decode("utf-8", "surrogatepass")
            yield group, [Row(number, json.loads(content)) for _, number, content in rows]


def _as_sortable(position: Any) -> float | str | None:
    """Return a number where it is one: turn 10 comes after turn 9."""
    if position is None:
        return None
    try:
        return float(position)
    except (TypeError, ValueError):
        return _as_text(position)


def _as_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
