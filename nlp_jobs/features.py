"""Hashed character n-grams: the features of every trained head, built for many texts at once.

A text becomes its n-grams (padded with a start and an end mark), each hashed to a column and
weighted by 1/sqrt(number of n-grams), so that long and short texts have comparable scores. No
vocabulary is kept, so a model is one array, unseen words cost nothing, nothing is sorted, and
the work is linear in characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

START, END = "\x02", "\x03"
SEPARATOR = "\x00"  # cleaned texts hold no control characters
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_STEP = np.uint64(0x100000001B3)
_DIGITS = re.compile(r"\d+")
# What NFKC may change. Signs of full width stand in every Chinese text and are changed before,
# which is three times as fast.
_MAY_CHANGE = re.compile("[^\x00-\x7f\u3001\u3002\u3008-\u3011\u4e00-\u9fff\u2014\u2018-\u201d]+")
_FULL_WIDTH_SIGNS = tuple(zip("，！？：；（）", ",!?:;()", strict=True))


@dataclass(frozen=True)
class HashedFeatures:
    """n-gram lengths and the size of the hashed space (2**bits columns)."""

    orders: tuple[int, ...]
    bits: int
    keep_spaces: bool  # true where words are separated by blanks

    def fold(self, text: str) -> str:
        """Take out what should not matter: case, width, digits' values, drawn-out characters."""
        folded = _shorten_repeats(_DIGITS.sub("0", _normalise(text).lower()))
        return " ".join(folded.split()) if self.keep_spaces else "".join(folded.split())

    def fold_all(self, texts: Sequence[str]) -> str:
        """The folded texts with `SEPARATOR` between them.

        Folded in one go: the calls cost more than the work on texts as short as these.
        """
        joined = self.fold(SEPARATOR.join(text.replace(SEPARATOR, "") for text in texts))
        if self.keep_spaces:
            joined = joined.replace(f" {SEPARATOR}", SEPARATOR).replace(f"{SEPARATOR} ", SEPARATOR)
        return joined

    def hash(self, texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return (row, column) of each n-gram of each text; rows ascend within each n."""
        if not texts:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        return self.hash_folded(self.fold_all(texts))

    def hash_folded(self, folded: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The same for what `fold_all` returned, of at least one text."""
        # every text stands between START and END
        padded = f"{START}{folded.replace(SEPARATOR, END + START)}{END}"
        signs = np.frombuffer(padded.encode("utf-32-le", errors="replace"), dtype=np.uint32)
        codes, owners = signs.astype(np.uint64), np.cumsum(signs == ord(START), dtype=np.int64) - 1
        row_parts, column_parts = [], []
        rolling = np.zeros_like(codes)
        for order in range(1, max(self.orders) + 1):
            span = len(codes) - order + 1
            if span <= 0:
                break
            rolling = (rolling[:span] * _STEP) ^ codes[order - 1 :]
            if order not in self.orders:
                continue
            columns = ((rolling + np.uint64(order)) * _MULTIPLIER) >> np.uint64(64 - self.bits)
            inside = owners[:span] == owners[order - 1 :]
            row_parts.append(owners[:span][inside])
            column_parts.append(columns[inside].astype(np.int64))
        return np.concatenate(row_parts), np.concatenate(column_parts)


def _normalise(text: str) -> str:
    """The NFKC form of a text."""
    if text.isascii():
        return text
    for wide, narrow in _FULL_WIDTH_SIGNS:
        text = text.replace(wide, narrow)
    parts: list[str] = []
    done = 0
    for match in _MAY_CHANGE.finditer(text):
        # the character before belongs to it, for it may bear the accent
        start, end = max(match.start() - 1, done), match.end()
        parts += (text[done:start], unicodedata.normalize("NFKC", text[start:end]))
        done = end
    return "".join(parts) + text[done:]


def _shorten_repeats(text: str) -> str:
    """`"好好好好"` -> `"好好"`: of a character in a row two stay; separators all stay."""
    codes = np.frombuffer(text.encode("utf-32-le", errors="replace"), dtype=np.uint32)
    same = codes[1:] == codes[:-1]
    repeated = same[1:] & same[:-1]
    if not repeated.any():
        return text
    kept = np.ones(len(codes), dtype=bool)
    kept[2:] = ~repeated
    kept |= codes == ord(SEPARATOR)
    return codes[kept].tobytes().decode("utf-32-le")
