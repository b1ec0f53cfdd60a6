"""Temporary tables on disk for what must not grow in memory: ids seen, turns of dialogues."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any, Self

from ingestion.tabular import Row


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
    """Counts how often each id came."""

    def __init__(self) -> None:
        super().__init__("create table ids (id blob primary key, n integer) without rowid")

    def count(self, record_id: str) -> int:
        """Count one more and return how often this id has come by now."""
        row = self._connection.execute(
            "insert into ids values (?, 1) on conflict (id) do update set n = n + 1 returning n",
            (record_id.encode("utf-8", "surrogatepass"),),
        ).fetchone()
        return int(row[0])


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
