"""Reviewed exceptions: records that are never, or always, the same person."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

FILE_NAME = "identity_exceptions.yml"

Pair = tuple[str, str]


class ExceptionsError(ValueError):
    """The exception file cannot be applied; the message names the file, the line and the way."""


class IdentityExceptions(BaseModel):
    """Pairs of customer ids, as reviewed by somebody who knows the customers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    never_same: list[Pair] = Field(default_factory=list)
    always_same: list[Pair] = Field(default_factory=list)

    def pairs(self) -> Iterable[Pair]:
        """Yield every pair of both lists."""
        yield from self.never_same
        yield from self.always_same

    def unknown_ids(self, known: set[str]) -> list[str]:
        """Return the ids that no customer record has: a typing error, or a record not landed."""
        return sorted({one for pair in self.pairs() for one in pair} - known)


def read_exceptions(path: Path) -> IdentityExceptions:
    """Read and check the file; a missing or empty file has no exceptions.

    Raises `ExceptionsError` for another shape, a record paired with itself, and pairs of
    `never_same` that `always_same` joins, directly or over others.
    """
    if not path.exists():
        return IdentityExceptions()
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        if isinstance(content, dict):
            content = {name: pairs or [] for name, pairs in content.items()}
        exceptions = IdentityExceptions.model_validate(content)
    except (yaml.YAMLError, ValidationError) as failure:
        raise ExceptionsError(
            f"{path}: {failure}\nExpected two lists of pairs of customer ids (quote ids that are "
            "numbers): never_same: [['C1', 'C2']] and always_same: [['C3', 'C4']]."
        ) from failure
    for left, right in exceptions.pairs():
        if left == right:
            raise ExceptionsError(f"{path}: {left} is paired with itself; take the pair out")
    _refuse_contradictions(exceptions, path)
    return exceptions


def _refuse_contradictions(exceptions: IdentityExceptions, path: Path) -> None:
    group = {one: frozenset({one}) for pair in exceptions.pairs() for one in pair}
    for left, right in exceptions.always_same:
        joined = group[left] | group[right]
        for member in joined:
            group[member] = joined
    for left, right in exceptions.never_same:
        if right in group[left]:
            raise ExceptionsError(
                f"{path}: never_same says that {left} and {right} are two persons, always_same "
                "joins them (directly or over others); take one of the pairs out"
            )
