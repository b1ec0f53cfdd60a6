"""Texts as rows of hashed character and word n-grams, for heads with many labels.

Character n-grams come from `features.HashedFeatures`. Three further blocks of columns are
optional: word n-grams (rjieba's words in Chinese, runs of letters in English); character n-grams
of the opening, where a subject line says what a long message is about; the terms of a word list
with their groups, by which a rare part is known though few training texts name it; and, for texts
that begin with a known form (the question that was asked), their n-grams once more together with
the form, so that a word may say one thing in answer to one question and another to the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, Literal
from zlib import crc32

import numpy as np
import rjieba
from ahocorasick_rs import AhoCorasick
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from nlp_jobs.features import SEPARATOR, HashedFeatures

# Line ends part texts that are cut together; within a text `fold` leaves none.
_ENGLISH_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|[^\sa-z]|\n")
_LINE_END = np.uint64(1 << 32)  # no word has this code
REMEMBERED_WORDS = 200_000
_STEP = np.uint64(0x100000001B3)
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
# Groups occur in many texts, so the idf that training applies would leave them without a say.
GROUP_WEIGHT = 2.0
FORM_BITS = 20
FORM_WEIGHT = 0.4  # what the n-grams count that only one form has (Daumé 2007)
Numbers = NDArray[np.int64]
Entries = tuple[Numbers, Numbers, NDArray[np.float32]]  # rows, columns, values


class _WordCodes(dict[str, int]):
    """The code of each word; remembered, as the same words come again."""

    def __missing__(self, word: str) -> int:
        if len(self) >= REMEMBERED_WORDS:
            self.clear()
        code = int(_LINE_END) if word == "\n" else crc32(word.encode(errors="replace"))
        self[word] = code
        return code


_WORD_CODES = _WordCodes()


@dataclass(frozen=True)
class TextFeatures:
    """How texts become rows.

    `counted` says what an n-gram is worth: "each" occurrence counts and the row is divided by the
    root of all occurrences (as in `LinearHead`), or "once" per text, divided by the root of the
    different n-grams. Each block of columns is divided apart. `word_orders` empty: no words;
    `opening`: characters of the opening, 0 for none; `terms`: (term, its groups); `forms`: how
    texts may begin, each followed by a blank.
    """

    characters: HashedFeatures
    word_orders: tuple[int, ...] = ()
    word_bits: int = 18
    counted: Literal["each", "once"] = "once"
    opening: int = 0
    terms: tuple[tuple[str, tuple[str, ...]], ...] = ()
    forms: tuple[str, ...] = ()

    @cached_property
    def width(self) -> int:
        """Number of columns: characters, words, opening, terms and their groups, forms."""
        return self._form_base + ((1 << FORM_BITS) if self.forms else 0)

    @cached_property
    def _form_base(self) -> int:
        return self._term_base + len(self.terms) + len(self._groups)

    @cached_property
    def _opening_base(self) -> int:
        return (1 << self.characters.bits) + ((1 << self.word_bits) if self.word_orders else 0)

    @cached_property
    def _term_base(self) -> int:
        return self._opening_base + ((1 << self.characters.bits) if self.opening else 0)

    @cached_property
    def _groups(self) -> list[str]:
        return sorted({group for _, groups in self.terms for group in groups})

    @cached_property
    def _membership(self) -> csr_matrix:
        """1 where a term (row) belongs to a group (column)."""
        member = [[group in groups for group in self._groups] for _, groups in self.terms]
        return csr_matrix(np.array(member, dtype=np.float32))

    @cached_property
    def _finder(self) -> AhoCorasick:
        return AhoCorasick([term for term, _ in self.terms])

    def read(self, texts: Sequence[str]) -> Iterator[Entries]:
        """The entries of the rows of all texts, block by block.

        A column may occur several times in a row when each occurrence counts.
        """
        folded = self.characters.fold_all(texts)
        found = [self._weigh(*self.characters.hash_folded(folded), len(texts))]
        if self.word_orders:
            rows, columns = self._hash_words(folded)
            found.append(self._weigh(rows, columns + (1 << self.characters.bits), len(texts)))
        yield from found
        if self.forms:
            forms = np.array([self._find_form(text) for text in texts])
            yield from (self._copy_for_forms(forms, *entries) for entries in found)
        if self.opening:
            rows, columns = self.characters.hash([text[: self.opening] for text in texts])
            yield self._weigh(rows, columns + self._opening_base, len(texts))
        if self.terms:
            yield from self._weigh_terms(texts)

    def _find_form(self, text: str) -> int:
        """The place of the form by which a text begins, or -1."""
        begins = (n for n, form in enumerate(self.forms) if f"{text} ".startswith(f"{form} "))
        return next(begins, -1)

    def _copy_for_forms(
        self, forms: Numbers, rows: Numbers, columns: Numbers, values: NDArray[np.float32]
    ) -> Entries:
        """The same entries in columns of their own for each form; none for texts without."""
        chosen = forms[rows] >= 0
        rows, columns, values = rows[chosen], columns[chosen], values[chosen]
        codes = (columns.astype(np.uint64) + np.uint64(1)) * _STEP ^ forms[rows].astype(np.uint64)
        hashed = (codes * _MULTIPLIER) >> np.uint64(64 - FORM_BITS)
        return rows, hashed.astype(np.int64) + self._form_base, values * np.float32(FORM_WEIGHT)

    def build(self, texts: Sequence[str]) -> csr_matrix:
        """The rows as a CSR matrix (texts, width), for training."""
        rows, columns, values = map(np.concatenate, zip(*self.read(texts), strict=True))
        matrix = csr_matrix((values, (rows, columns)), shape=(len(texts), self.width))
        matrix.sum_duplicates()
        return matrix

    def _weigh(self, rows: Numbers, columns: Numbers, texts: int) -> Entries:
        if self.counted == "once":
            keys = np.sort(self._to_keys(rows, columns, texts))  # faster than np.unique
            is_first = np.ones(len(keys), dtype=bool)
            np.not_equal(keys[1:], keys[:-1], out=is_first[1:])
            keys = keys[is_first]
            rows = keys // self.width  # much faster than np.divmod
            rows, columns = rows.astype(np.int64), (keys - rows * self.width).astype(np.int64)
        counts = np.maximum(np.bincount(rows, minlength=texts), 1)
        return rows, columns, (1 / np.sqrt(counts)).astype(np.float32)[rows]

    def _to_keys(self, rows: Numbers, columns: Numbers, texts: int) -> NDArray[Any]:
        """One number for each pair, of 32 bits where they suffice: those sort in half the time."""
        keys = rows * self.width + columns
        return keys.astype(np.uint32) if texts * self.width <= 1 << 32 else keys

    def _hash_words(self, folded: str) -> tuple[Numbers, Numbers]:
        owners, codes = self._code_words(folded)
        row_parts, column_parts = [], []
        rolling = np.zeros_like(codes)
        for order in range(1, max(self.word_orders) + 1):
            span = max(len(codes) - order + 1, 0)
            rolling = (rolling[:span] * _STEP) ^ codes[order - 1 :]
            if order in self.word_orders:
                inside = owners[:span] == owners[order - 1 :]
                hashed = ((rolling + np.uint64(order)) * _MULTIPLIER) >> np.uint64(
                    64 - self.word_bits
                )
                row_parts.append(owners[:span][inside])
                column_parts.append(hashed[inside].astype(np.int64))
        return np.concatenate(row_parts), np.concatenate(column_parts)

    def _code_words(self, folded: str) -> tuple[Numbers, NDArray[np.uint64]]:
        """The text and the code of each word of all texts, in reading order.

        All texts are cut in one go, a line each: no word runs over the end of a line.
        """
        lines = self._cut(folded.replace(SEPARATOR, "\n"))
        codes = np.fromiter(map(_WORD_CODES.__getitem__, lines), dtype=np.uint64, count=len(lines))
        is_word = codes != _LINE_END
        owners = np.cumsum(~is_word, dtype=np.int64)
        return owners[is_word], codes[is_word]

    def _weigh_terms(self, texts: Sequence[str]) -> list[Entries]:
        """Terms found, overlapping ones too, each once; and how many of each group there were."""
        found = [
            {number for number, _, _ in self._finder.find_matches_as_indexes(folded, True)}
            for folded in map(self.characters.fold, texts)
        ]
        rows = np.repeat(np.arange(len(texts)), [len(numbers) for numbers in found])
        terms = np.fromiter(chain.from_iterable(map(sorted, found)), np.int64, len(rows))
        hits = csr_matrix(
            (np.ones(len(rows), np.float32), (rows, terms)), shape=(len(texts), len(self.terms))
        )
        groups = (hits @ self._membership).tocsr()
        group_rows = np.repeat(np.arange(len(texts)), np.diff(groups.indptr))
        sizes = np.sqrt(np.asarray(groups.multiply(groups).sum(axis=1)).ravel())
        shares = groups.data / sizes[group_rows] * GROUP_WEIGHT
        columns = groups.indices.astype(np.int64) + self._term_base + len(self.terms)
        return [
            self._weigh(rows, terms + self._term_base, len(texts)),
            (group_rows, columns, shares.astype(np.float32)),
        ]

    def cut(self, text: str) -> list[str]:
        """Words of a folded text; blanks are none."""
        return self._cut(self.characters.fold(text))

    def _cut(self, folded: str) -> list[str]:
        return _ENGLISH_WORD.findall(folded) if self.characters.keep_spaces else rjieba.cut(folded)


def write_settings(features: TextFeatures) -> dict[str, Any]:
    """The settings as JSON values, for the facts of a head."""
    characters = features.characters
    return {
        "orders": list(characters.orders),
        "bits": characters.bits,
        "keep_spaces": characters.keep_spaces,
        "word_orders": list(features.word_orders),
        "word_bits": features.word_bits,
        "counted": features.counted,
        "opening": features.opening,
        "terms": [[term, list(groups)] for term, groups in features.terms],
        "forms": list(features.forms),
    }


def read_settings(stored: dict[str, Any]) -> TextFeatures:
    """The features that `write_settings` described."""
    characters = HashedFeatures(tuple(stored["orders"]), stored["bits"], stored["keep_spaces"])
    return TextFeatures(
        characters,
        tuple(stored["word_orders"]),
        stored["word_bits"],
        stored["counted"],
        stored["opening"],
        tuple((term, tuple(groups)) for term, groups in stored["terms"]),
        tuple(stored.get("forms", ())),
    )
