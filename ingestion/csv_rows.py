"""CSV rows, minding what Python's reader passes over: a quotation mark that is never closed."""

from __future__ import annotations

import csv
import secrets
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import IO

# longer than this is no value; Python's own limit is shorter than a long text
MAX_FIELD_CHARACTERS = 16_000_000


class UnclosedQuoteError(ValueError):
    """A quotation mark is opened and never closed: all rows after it would be one value."""


def iter_csv(lines: Iterable[str], delimiter: str = ",") -> Iterator[list[str]]:
    """Yield the rows of a CSV text, blank lines left out.

    Raises `UnclosedQuoteError` in place of the row that would swallow the rest of the text, and
    `csv.Error` for a value beyond the limit.
    """
    csv.field_size_limit(MAX_FIELD_CHARACTERS)
    # the mark comes out as a row of its own, unless an open quotation swallows it
    mark = secrets.token_hex(16)
    for values in csv.reader(chain(lines, [mark]), delimiter=delimiter):
        if values == [mark]:
            return
        if values and values[-1].endswith(mark):
            raise UnclosedQuoteError("a quotation mark is opened in it and never closed")
        if values:
            yield values


def iter_lines(text: IO[str], first: str = "") -> Iterator[str]:
    """Yield `first`, then the lines of a text; none is ever held beyond the limit.

    Raises `csv.Error` in place of a line that is longer than `MAX_FIELD_CHARACTERS`.
    """
    if first:
        yield first
    while line := text.readline(MAX_FIELD_CHARACTERS + 1):
        if len(line) > MAX_FIELD_CHARACTERS:
            raise csv.Error(f"a line has more than {MAX_FIELD_CHARACTERS:,} characters")
        yield line
