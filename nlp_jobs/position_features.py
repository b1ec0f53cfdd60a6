"""Hashed n-grams that know where they stand: one pass serves a text, its clauses and its units.

Texts are laid one after the other, folded letter by letter, and each place gets one column per
kind of n-gram. Sums over any stretch are differences of running sums, so reading the units and
clauses of a text costs next to nothing once the text is read.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain

import numpy as np
import rjieba
from numpy.typing import NDArray

Places = NDArray[np.int64]
START, END, BLANK = 2, 3, 32
BREAKS = "，。！？；、,.!?;~…\n"
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_STEP = np.uint64(0x100000001B3)
_WORD_SALT = np.uint64(101)
_PLANE = 1 << 16


@dataclass(frozen=True)
class PositionFeatures:
    """Lengths of the character n-grams, size of the hashed space (2**bits), and script habits.

    `keep_spaces`: words are separated by blanks; else they are those of rjieba. Words and pairs
    of neighbouring words count beside the characters.
    """

    orders: tuple[int, ...]
    bits: int
    keep_spaces: bool

    @property
    def width(self) -> int:
        """Number of columns; one more than the largest is what `columns` gives for nothing."""
        return 1 << self.bits

    def read(
        self, texts: Sequence[str], words: Sequence[Sequence[str] | None] | None = None
    ) -> ReadTexts:
        """Fold the texts into one array of letters; linear in characters.

        `words` of a text, where they are known already, must add up to the text.
        """
        lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        joined = "\x02" + "\x03\x02".join(texts) + "\x03"
        raw = np.frombuffer(joined.encode("utf-32-le", "replace"), dtype=np.uint32)
        table = _fold_table()
        codes = np.where(raw < _PLANE, table[np.minimum(raw, _PLANE - 1)], raw)
        stops = np.cumsum(lengths + 2)
        starts = stops - lengths - 2
        codes[starts], codes[stops - 1] = START, END
        kept = self._choose_kept(codes)
        place = np.concatenate([[0], np.cumsum(kept)])
        word_starts = None if self.keep_spaces else place[_cut_words(texts, words)]
        return ReadTexts(self, codes[kept], place, starts, place[starts], place[stops], word_starts)

    def _choose_kept(self, codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
        """False for what should not matter: drawn-out letters, longer numbers, blanks."""
        kept = np.ones(len(codes), dtype=bool)
        same = codes[1:] == codes[:-1]
        kept[2:] &= ~(same[1:] & same[:-1])
        number = codes == ord("0")
        kept[1:] &= ~(number[1:] & number[:-1])
        if self.keep_spaces:
            kept[1:] &= ~(same & (codes[1:] == BLANK))
        else:
            kept &= codes != BLANK
        return kept


@dataclass(frozen=True)
class ReadTexts:
    """Folded texts: `codes` of all letters, `starts` and `stops` (exclusive, marks included)."""

    features: PositionFeatures
    codes: NDArray[np.uint32]
    place: Places  # where each letter of the joined raw texts stands among the kept ones
    raw_starts: Places
    starts: Places
    stops: Places
    word_starts: Places | None  # none where blanks separate words; ascends, may repeat

    @cached_property
    def owners(self) -> Places:
        """The text of each letter."""
        return np.repeat(np.arange(len(self.starts)), self.stops - self.starts)

    def locate(
        self, owners: Places, char_starts: Places, char_ends: Places
    ) -> tuple[Places, Places]:
        """Stretches text[char_start:char_end] of the given texts, in folded places."""
        begin = self.raw_starts[owners] + 1
        return self.place[begin + char_starts], self.place[begin + char_ends]

    def clauses(self) -> tuple[Places, Places, Places]:
        """(text, start, stop) of the clauses: what stands between signs; at least one a text."""
        is_break = _break_table()[np.minimum(self.codes, _PLANE - 1)]
        opens = np.zeros(len(self.codes), dtype=bool)
        opens[1:] = is_break[:-1] & ~is_break[1:] & (self.codes[1:] != END)
        opens[self.starts] = True
        clause_starts = np.flatnonzero(opens)
        clause_stops = np.append(clause_starts[1:], len(self.codes))
        return self.owners[clause_starts], clause_starts, clause_stops

    def blocks(self) -> Iterator[list[tuple[int, Places]]]:
        """Kinds of n-grams that are weighed together, each as (letters - 1, column per place).

        An n-gram stands at its first letter; `width` marks places where none stands. For the last
        letters of all texts, where n-grams would reach beyond, there are no columns.
        """
        yield list(self._character_columns())
        yield [(0, columns) for columns in self._word_columns()]

    def _character_columns(self) -> Iterator[tuple[int, Places]]:
        codes = self.codes.astype(np.uint64)
        rolling = np.zeros_like(codes)
        for order in range(1, max(self.features.orders) + 1):
            span = len(codes) - order + 1
            if span <= 0:
                return
            rolling = (rolling[:span] * _STEP) ^ codes[order - 1 :]
            if order in self.features.orders:
                columns = self._to_columns(rolling + np.uint64(order))
                for letters in range(1, order):  # what begins here runs over the end of its text
                    places = self.stops - letters
                    columns[places[(places >= 0) & (places < span)]] = self.features.width
                yield order - 1, columns

    def _find_words(self) -> tuple[Places, Places, NDArray[np.bool_]]:
        """(first places, last places) of words and marks, and which places belong to them."""
        if self.word_starts is not None:
            firsts = self.word_starts[np.diff(self.word_starts, append=len(self.codes)) > 0]
            lasts = np.append(firsts[1:], len(self.codes)) - 1
            return firsts, lasts, np.ones(len(self.codes), dtype=bool)
        is_letter = _letter_table()[np.minimum(self.codes, _PLANE - 1)]
        is_single = ~is_letter & (self.codes != BLANK)
        edge = np.diff(is_letter.astype(np.int8), prepend=0, append=0)
        firsts = np.sort(np.concatenate([np.flatnonzero(edge == 1), np.flatnonzero(is_single)]))
        lasts = np.sort(np.concatenate([np.flatnonzero(edge == -1) - 1, np.flatnonzero(is_single)]))
        return firsts, lasts, is_letter | is_single

    def _word_columns(self) -> Iterator[Places]:
        """Words, and pairs of neighbours within a text, at the last letter of the word."""
        firsts, lasts, belongs = self._find_words()
        begins = np.repeat(firsts, np.diff(firsts, append=len(self.codes)))
        depth = np.minimum(np.arange(len(self.codes)) - begins, 63)
        letters = (self.codes.astype(np.uint64) + np.uint64(7)) * _powers()[depth] * belongs
        words = np.add.reduceat(letters, firsts)
        pairs = (words[:-1] * _MULTIPLIER) ^ (words[1:] + _WORD_SALT)
        closes = self.codes[firsts] == END
        # the marks of start and end pair with their neighbours, but are no words themselves
        is_word = ~closes & (self.codes[firsts] != START)
        for found, at, wanted in (
            (words + _WORD_SALT, lasts, is_word),
            (pairs, lasts[1:], ~closes[:-1]),
        ):
            columns = np.full(len(self.codes), self.features.width, dtype=np.int64)
            columns[at[wanted]] = self._to_columns(found[wanted])
            yield columns

    def _to_columns(self, hashes: NDArray[np.uint64]) -> Places:
        return ((hashes * _MULTIPLIER) >> np.uint64(64 - self.features.bits)).astype(np.int64)


def _cut_words(
    texts: Sequence[str], words: Sequence[Sequence[str] | None] | None
) -> NDArray[np.int64]:
    """Where the words and the marks begin in the joined texts."""
    known: Sequence[Sequence[str] | None] = words if words is not None else [None] * len(texts)
    cut = [rjieba.cut(text) if own is None else own for text, own in zip(texts, known, strict=True)]
    counts = np.fromiter(map(len, cut), dtype=np.int64, count=len(cut))
    lengths = np.fromiter(
        map(len, chain.from_iterable(cut)), dtype=np.int64, count=int(counts.sum())
    )
    # between a mark of the start and a mark of the end, each one letter
    sizes = np.ones(len(lengths) + 2 * len(cut), dtype=np.int64)
    sizes[np.arange(len(lengths)) + np.repeat(2 * np.arange(len(cut)) + 1, counts)] = lengths
    begins: NDArray[np.int64] = np.cumsum(sizes) - sizes
    return begins


@lru_cache(maxsize=1)
def _powers() -> NDArray[np.uint64]:
    """Weights of the letters of a word by their place in it."""
    powers: NDArray[np.uint64] = np.cumprod(np.full(64, _STEP, dtype=np.uint64), dtype=np.uint64)
    return powers


@lru_cache(maxsize=1)
def _fold_table() -> NDArray[np.uint32]:
    """The folded form of each letter of the basic plane: case, width, digits' values, blanks."""
    return np.array([ord(_fold(chr(code))) for code in range(_PLANE)], dtype=np.uint32)


def _fold(letter: str) -> str:
    if 0xD800 <= ord(letter) < 0xE000:
        return "?"
    folded = unicodedata.normalize("NFKC", letter).lower()
    folded = folded if len(folded) == 1 and ord(folded) < _PLANE else letter
    if folded.isspace():
        return " "
    return "0" if folded.isdecimal() else folded


@lru_cache(maxsize=1)
def _break_table() -> NDArray[np.bool_]:
    table = np.zeros(_PLANE, dtype=bool)
    table[[ord(_fold(letter)) for letter in BREAKS if not letter.isspace()]] = True
    return table


@lru_cache(maxsize=1)
def _letter_table() -> NDArray[np.bool_]:
    """Letters of words that blanks separate; the apostrophe belongs to them."""
    return np.array(
        [chr(code) in "'0" or (chr(code).isalpha() and code < 0x2E80) for code in range(_PLANE)],
        dtype=bool,
    )
