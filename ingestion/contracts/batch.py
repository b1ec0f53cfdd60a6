"""Many raw records at once -> the columns of a raw table; whatever is doubtful, record by record.

Most records are in order, and a column is read as a whole in a fraction of the time that its
values take one by one. A record with any value that a reader of columns is not sure of goes to
`validate`, which decides. So both ways take and refuse the same records, and read them alike.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any, get_type_hints

import orjson

from ingestion.contracts.column_readers import ColumnRead, Reader, choose_reader
from ingestion.contracts.entities import Entity
from ingestion.contracts.validation import ContractError, Problem, dump_extra, validate

_MISSING = object()


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of some records: those that fit, as columns; the others, with their problems.

    `positions` tells which record each row of `columns` was; `misfits` goes by position.
    `delivered` are the fields that any record had, `new_columns` those of accepted records
    that the contract does not know.
    """

    positions: Sequence[int]
    columns: dict[str, list[Any]]
    misfits: dict[int, Problem]
    delivered: set[str]
    new_columns: set[str]


def read_batch(entity: Entity, records: Sequence[dict[str, Any]], key: bytes) -> Batch:
    """Return records as the contract's columns with `_extra` and `_row_hash`, moments in UTC.

    `key` is the secret of keyed hashes.
    """
    delivered: set[str] = set().union(*records)
    unknown = delivered - entity.contract_columns.keys()
    plan = _plan(entity)
    read = plan.read(records, delivered)
    doubtful = set().union(*(column.doubtful for column in read.values()))
    doubtful |= plan.find_refused(read, doubtful)
    columns = {name: column.values for name, column in read.items()}
    extras, doubtful_extras = _dump_extras(entity, records, has_unknown=bool(unknown))
    columns["_extra"] = extras
    doubtful |= doubtful_extras
    if entity.derive is not None:
        _derive(entity, columns, doubtful, key)
    misfits = _decide(entity, records, columns, sorted(doubtful), key)

    positions: Sequence[int] = range(len(records))
    if misfits:
        positions = [position for position in positions if position not in misfits]
        columns = {
            name: [values[position] for position in positions] for name, values in columns.items()
        }
    columns["_row_hash"] = hash_rows(entity, columns)
    new_columns: set[str] = set()
    if unknown:
        new_columns.update(*(records[position].keys() & unknown for position in positions))
    return Batch(positions, columns, misfits, delivered, new_columns)


def hash_rows(entity: Entity, columns: dict[str, list[Any]]) -> list[str]:
    """Return a hash of what each row says (32 hex characters): equal rows are not written again."""
    hashed = [columns[name] for name in entity.hashed_columns]
    for position in entity.hashed_numbers:
        # 5 and 5.0 are the same number, read from two file formats
        hashed[position] = list(map(_write_number, hashed[position]))
    return [
        hashlib.md5(content, usedforsecurity=False).hexdigest()
        for content in map(orjson.dumps, zip(*hashed, columns["_extra"], strict=True))
    ]


@lru_cache(maxsize=4096)
def _write_number(number: Decimal | None) -> str | None:
    # the sum makes 0 of -0
    return None if number is None else format((number + 0).normalize(), "f")


class _Seen:
    """Stands for a record before a rule that spans fields: has its values as attributes."""


@dataclass(frozen=True)
class _Plan:
    """How an entity's columns are read, what stands for a missing value, which rules span fields.

    A field without a default has `_MISSING` in its place, which no reader takes.
    """

    readers: dict[str, Reader]
    defaults: dict[str, Any]
    rules: tuple[Callable[[Any], Any], ...]

    def read(self, records: Sequence[dict[str, Any]], delivered: set[str]) -> dict[str, ColumnRead]:
        """Return the columns as they are read."""
        names = [name for name in self.readers if name in delivered]
        try:
            # one name alone would give values instead of tuples
            taken = list(map(itemgetter(*names, names[0]), records))
            given = dict(zip(names, map(list, zip(*taken, strict=True)), strict=False))
        except (IndexError, KeyError):
            given = {
                name: [record.get(name, self.defaults[name]) for record in records]
                for name in names
            }
        return {
            name: reader(given.get(name) or [self.defaults[name]] * len(records))
            for name, reader in self.readers.items()
        }

    def find_refused(self, read: dict[str, ColumnRead], doubtful: set[int]) -> set[int]:
        """Return the positions of further records: those that one of the rules refuses."""
        refused: set[int] = set()
        if not self.rules:
            return refused
        names = tuple(read)
        columns = [
            column.values if column.seen is None else column.seen for column in read.values()
        ]
        for position, content in enumerate(zip(*columns, strict=True)):
            if position in doubtful:
                continue
            seen = _Seen()
            seen.__dict__ = dict(zip(names, content, strict=True))
            try:
                for rule in self.rules:
                    rule(seen)
            except ValueError:  # pydantic's own errors are such
                refused.add(position)
        return refused


@cache
def _plan(entity: Entity) -> _Plan:
    hints = get_type_hints(entity.record, include_extras=True)
    decorators = entity.record.__pydantic_decorators__
    return _Plan(
        readers={
            name: choose_reader(hints[name], sql_type)
            for name, sql_type in entity.contract_columns.items()
        },
        defaults={
            name: _MISSING
            if info.is_required()
            else info.get_default(call_default_factory=True, validated_data={})
            for name, info in entity.record.model_fields.items()
        },
        rules=tuple(rule.func for rule in decorators.model_validators.values()),
    )


def _dump_extras(
    entity: Entity, records: Sequence[dict[str, Any]], *, has_unknown: bool
) -> tuple[list[str | None], set[int]]:
    if not has_unknown:
        return [None] * len(records), set()
    extras: list[str | None] = []
    doubtful = set()
    for position, record in enumerate(records):
        try:
            extras.append(dump_extra(entity, record))
        except ContractError:
            extras.append(None)
            doubtful.add(position)
    return extras, doubtful


def _derive(entity: Entity, columns: dict[str, list[Any]], doubtful: set[int], key: bytes) -> None:
    """Fill the columns that are made at landing."""
    assert entity.derive is not None
    names = tuple(columns)
    for position, content in enumerate(zip(*columns.values(), strict=True)):
        if position not in doubtful:
            derived = entity.derive(dict(zip(names, content, strict=True)), key)
            for name, value in derived.items():
                columns[name][position] = value


def _decide(
    entity: Entity,
    records: Sequence[dict[str, Any]],
    columns: dict[str, list[Any]],
    doubtful: list[int],
    key: bytes,
) -> dict[int, Problem]:
    """Read the doubtful records one by one into their places; return what does not fit."""
    misfits = {}
    for position in doubtful:
        try:
            row = validate(entity, records[position], key)
            row["_extra"] = dump_extra(entity, records[position])
        except ContractError as misfit:
            misfits[position] = misfit.problem
            continue
        for name, value in row.items():
            columns[name][position] = value
    return misfits
