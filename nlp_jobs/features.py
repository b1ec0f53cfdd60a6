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
_SEPARATOR = "\x00"  # cleaned texts hold no control characters
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_STEP = np.uint64(0x100000001B3)
_DIGITS = re.compile(r"\d+")
_REPEATS = re.compile(r"(.)\1{2,}")


@dataclass(frozen=True)
class HashedFeatures:
    """n-gram lengths and the size of the hashed space (2**bits columns)."""

    orders: tuple[int, ...]
    bits: int
    keep_spaces: bool  # true where words are separated by blanks

    def fold(self, text: str) -> str:
        """Take out what should not matter: case, width, digits' values, drawn-out characters."""
        folded = unicodedata.normalize("NFKC", text).lower()
        folded = _REPEATS.sub(r"\1\1", _DIGITS.sub("0", folded))
        return " ".join(folded.split()) if self.keep_spaces else "".join(folded.split())

    def _encode(self, texts: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        """Code points of all texts in a row, each between START and END, and the text of each."""
        # folded in one go: the calls cost more than the work on texts as short as these
        joined = self.fold(_SEPARATOR.join(text.replace(_SEPARATOR, "") for text in texts))
        if self.keep_spaces:
            joined = joined.replace(f" {_SEPARATOR}", _SEPARATOR).replace(
                f"{_SEPARATOR} ", _SEPARATOR
            )
        padded = f"{START}{joined.replace(_SEPARATOR, END + START)}{END}"
        codes = np.frombuffer(padded.encode("utf-32-le", errors="replace"), dtype=np.uint32)
        return codes.astype(np.uint64), np.cumsum(codes == ord(START), dtype=np.int64) - 1

    def hash(self, texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return (row, column) of each n-gram of each text; rows ascend within each n."""
        if not texts:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        codes, owners = self._encode(texts)
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
