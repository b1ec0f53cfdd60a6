"""Reading a column of values as a whole, by functions that run in C wherever that is possible.

A reader returns what `ingestion.contracts.fields` would make of each value, and the positions
of those that it is not sure of. It never refuses one: that is for the contract to decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, get_args, get_origin
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from ingestion.contracts import feedback
from ingestion.contracts.fields import (
    EARLIEST,
    MAX_TEXT_BYTES,
    SURELY_PAST,
    Identifier,
    OptionalIdentifier,
    OptionalText,
    OptionalTimestamp,
    Timestamp,
    dump_json,
)

# UTF-8 takes four bytes for a character at most
_SURELY_SHORT = MAX_TEXT_BYTES // 4 - 1
_MAX_IDENTIFIER = 500
# so many different values of a column are remembered
_REMEMBERED = 10_000
_SPEAKERS = ("customer", "agent")
_NONE = type(None)
_NEVER = object()


@dataclass(slots=True)
class ColumnRead:
    """A column as it was read; `doubtful` positions hold anything.

    `seen` is what a rule that spans fields looks at, where that is not the value that lands.
    """

    values: list[Any]
    doubtful: set[int] = field(default_factory=set)
    seen: list[Any] | None = None


Reader = Callable[[list[Any]], ColumnRead]


def choose_reader(hint: Any, sql_type: str) -> Reader:
    """Return the reader of a contract field, by its annotation and the type of its column."""
    for known, reader in _READERS:
        if hint == known:
            return reader
    if sql_type == "jsonb":
        is_optional = _NONE in get_args(get_args(hint)[0])
        if feedback.Turn in _iter_parts(hint):
            return partial(read_turns, is_optional=is_optional)
        is_list = not any(get_origin(part) is dict for part in _iter_parts(hint))
        return partial(read_json, is_list=is_list, is_optional=is_optional)
    return _Remembering(hint).read


def read_identifiers(values: list[Any], *, is_optional: bool) -> ColumnRead:
    """Read ids: trimmed; numbers and UUIDs become text."""
    kinds = set(map(type, values))
    if not kinds <= {str, _NONE}:
        values = [str(value) if type(value) in (int, UUID) else value for value in values]
    found = _set_other_kinds_apart(values, (str, _NONE))
    found.values = [(value.strip() or None) if value else None for value in found.values]
    _doubt_texts(found, _MAX_IDENTIFIER, is_optional=is_optional)
    return found


def read_texts(values: list[Any]) -> ColumnRead:
    """Read texts as they are; white space alone is nothing said."""
    found = _set_other_kinds_apart(values, (str, _NONE))
    found.values = [value if value and not value.isspace() else None for value in found.values]
    _doubt_texts(found, _SURELY_SHORT, is_optional=True)
    return found


def read_moments(values: list[Any], *, is_optional: bool) -> ColumnRead:
    """Read moments, as such or in ISO 8601, into UTC."""
    found = ColumnRead([])
    keep = found.values.append
    for position, value in enumerate(values):
        try:
            moment = datetime.fromisoformat(value) if type(value) is str else value
            if moment is None and is_optional:
                keep(None)
                continue
            if moment.tzinfo is not UTC:
                if moment.tzinfo is None:
                    raise ValueError
                moment = moment.astimezone(UTC)
            if type(moment) is not datetime or not EARLIEST <= moment <= SURELY_PAST:
                raise ValueError
            keep(moment)
        except (AttributeError, OverflowError, TypeError, ValueError):
            keep(None)
            found.doubtful.add(position)
    return found


def read_json(values: list[Any], *, is_list: bool, is_optional: bool) -> ColumnRead:
    """Read JSON objects, or empty lists, as text."""
    found = ColumnRead([], seen=values)
    for position, value in enumerate(values):
        if is_list:
            is_plain = type(value) is list and not value
        else:
            is_plain = type(value) is dict and all(type(key) is str for key in value)
        is_plain = is_plain or (value is None and is_optional)
        _keep_json(found, position, value, is_plain=is_plain)
    return found


def read_turns(values: list[Any], *, is_optional: bool) -> ColumnRead:
    """Read turns of dialogues as JSON text."""
    found = ColumnRead([], seen=[])
    assert found.seen is not None
    for position, turns in enumerate(values):
        if turns is None and is_optional:
            found.values.append(None)
            found.seen.append(None)
            continue
        is_plain = type(turns) is list and all(map(_is_plain_turn, turns))
        _keep_json(found, position, turns, is_plain=is_plain)
        found.seen.append(_Turns(turns))
    return found


def _is_plain_turn(turn: Any) -> bool:
    if type(turn) is not dict or turn.get("speaker") not in _SPEAKERS:
        return False
    if type(turn.get("text")) not in (str, _NONE):
        return False
    seconds = turn.get("start_seconds")
    return seconds is None or (type(seconds) in (float, int) and 0 <= seconds < 1e9)


def _keep_json(found: ColumnRead, position: int, value: Any, *, is_plain: bool) -> None:
    text = None
    if is_plain and value is not None:
        try:
            text = dump_json(value)
        except (PydanticCustomError, RecursionError, TypeError, ValueError):
            is_plain = False
        else:
            # one of its texts may be too long
            is_plain = len(text) <= _SURELY_SHORT
    found.values.append(text)
    if not is_plain:
        found.doubtful.add(position)


class _Turns:
    """Turns as rules see them: objects with the attributes that the source gave."""

    __slots__ = ("_turns",)

    def __init__(self, turns: list[dict[str, Any]]) -> None:
        self._turns = turns

    def __iter__(self) -> Iterator[_Turn]:
        return map(_Turn, self._turns)


class _Turn:
    __slots__ = ("_values",)

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def __getattr__(self, name: str) -> Any:
        return self._values.get(name)


class _Remembering:
    """Reads a column of few different values: each is validated once by the contract's type."""

    def __init__(self, hint: Any) -> None:
        self._adapter: TypeAdapter[Any] = TypeAdapter(hint)
        self._known: dict[tuple[type, Any], Any] = {}

    def read(self, values: list[Any]) -> ColumnRead:
        """Read the values; what the type refuses is doubtful."""
        if len(self._known) > _REMEMBERED:
            self._known.clear()
        found = ColumnRead([])
        for position, value in enumerate(values):
            # 1, 1.0 and True are equal, and not the same
            key = (type(value), value)
            try:
                read = self._known.get(key, _NEVER)
                if read is _NEVER:
                    read = self._known[key] = self._adapter.validate_python(value)
            except (TypeError, ValidationError):  # what cannot be remembered is a list or a map
                read = None
                found.doubtful.add(position)
            found.values.append(read)
        return found


def _set_other_kinds_apart(values: list[Any], kinds: tuple[type, ...]) -> ColumnRead:
    if set(map(type, values)) <= set(kinds):
        return ColumnRead(values)
    doubtful = {position for position, value in enumerate(values) if type(value) not in kinds}
    return ColumnRead(
        [None if position in doubtful else value for position, value in enumerate(values)],
        doubtful,
    )


def _doubt_texts(found: ColumnRead, longest: int, *, is_optional: bool) -> None:
    """Doubt what is too long, missing, or cannot be stored: NUL bytes, lone surrogates."""
    texts = list(filter(None, found.values))
    if len(texts) < len(found.values) and not is_optional:
        found.doubtful |= {position for position, value in enumerate(found.values) if value is None}
    if not texts or (max(map(len, texts)) <= longest and _can_be_stored("".join(texts))):
        return
    found.doubtful |= {
        position
        for position, value in enumerate(found.values)
        if value is not None and (len(value) > longest or not _can_be_stored(value))
    }


def _can_be_stored(text: str) -> bool:
    if "\x00" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _iter_parts(hint: Any) -> Iterator[Any]:
    yield hint
    for part in get_args(hint):
        yield from _iter_parts(part)


_READERS: tuple[tuple[Any, Reader], ...] = (
    (Identifier, partial(read_identifiers, is_optional=False)),
    (OptionalIdentifier, partial(read_identifiers, is_optional=True)),
    (OptionalText, read_texts),
    (Timestamp, partial(read_moments, is_optional=False)),
    (OptionalTimestamp, partial(read_moments, is_optional=True)),
)
