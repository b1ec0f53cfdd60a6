"""Clauses: the stretches between punctuation marks, in which people speak of one aspect."""

from __future__ import annotations

import re

_MARKS = re.compile(r"[，。！？；,!?;~…、\s]+|(?<!\d)\.")
SHORTEST = 4  # characters; what follows a shorter clause belongs to it


def split_clauses(text: str) -> list[tuple[int, int]]:
    """(start, end) of each clause, in order; a text without letters is one clause.

    `"环境好，安静，菜一般"` -> `环境好，安静` (three characters do not stand alone) and `菜一般`.
    """
    clauses: list[tuple[int, int]] = []
    start = 0
    ends = [match.span() for match in _MARKS.finditer(text)]
    for end, following in [*ends, (len(text), len(text))]:
        if end > start:
            if clauses and clauses[-1][1] - clauses[-1][0] < SHORTEST:
                clauses[-1] = (clauses[-1][0], end)
            else:
                clauses.append((start, end))
        start = following
    return clauses or [(0, len(text))]
