"""A small convolutional network that gives texts a second reading.

The sentiment head adds up n-grams that it knows one by one. The network knows which tokens are
used alike (their vectors were learnt from texts without labels), so that it reads words that few
labelled texts hold. It costs more than the head and is asked where the head is unsure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Weights = NDArray[np.float32]
Places = NDArray[np.int64]
Tokens = TypeVar("Tokens", str, list[str])
WIDTHS = (1, 2, 3)  # tokens that a filter spans
MOST_TOKENS = 200  # of a text: as many from its beginning as from its end
MAX_READING = 6.0  # log-odds beyond which the network's reading counts no more
CHUNK = 20_000  # tokens of one pass: bounds its memory
_WORD = re.compile(r"[a-z0-9']+|[^\sa-z0-9]")
_LETTER = re.compile(r"\S")
_LETTER_BITS = 21  # every letter's number fits
_NO_PAIR = 1 << 2 * _LETTER_BITS
_BLANK = "\0"


@dataclass(frozen=True)
class TextNetwork:
    """Vectors of tokens and of pairs of neighbours, filters over them, and a reading per domain.

    Tokens are words, or letters where `reads_letters`. `vectors` (tokens + 1, n) and
    `pair_vectors` (pairs + 1, n) begin with that of what is not listed; `filters` (2 n, sum of
    `WIDTHS`, filters) weigh both side by side, span by span; `biases` (widths, filters);
    `weights` (2 * widths * filters, domains) weigh the highest answer of each filter, then the
    sum of its answers by the root of the number of tokens. `facts` holds `bound` and `join`.
    """

    reads_letters: bool
    domains: tuple[str, ...]
    tokens: tuple[str, ...]
    pairs: tuple[str, ...]
    vectors: Weights
    pair_vectors: Weights
    filters: Weights
    biases: Weights
    weights: Weights
    intercepts: Weights
    facts: dict[str, Any] = field(default_factory=dict)

    def join(self, praise: Floats, read: Floats, domains: Floats) -> Floats:
        """The log-odds of praise (n,), the head's and the network's reading together.

        `praise` (n,) is the head's, `read` (n, domains) the network's, `domains` (n, domains) how
        much of each is in a text.
        """
        join = self.facts["join"]
        found = np.clip((read * domains).sum(axis=1), -MAX_READING, MAX_READING)
        return np.column_stack([praise, found, domains]) @ np.array(join["weights"]) + join["bias"]

    def judge_unsure(self, texts: Sequence[str], praise: Floats, domains: Floats) -> Floats:
        """Both readings where the head is less sure than `bound`; elsewhere its own stands."""
        unsure = np.flatnonzero(np.abs(praise) < self.facts["bound"]).tolist()
        if not unsure:
            return praise
        judged = praise.copy()
        read = self.read([texts[place] for place in unsure])
        judged[unsure] = self.join(praise[unsure], read, domains[unsure])
        return judged

    def read(self, texts: Sequence[str]) -> Floats:
        """Log-odds of praise (n, domains), as each domain reads the texts."""
        found = [self._read(part) for part in _iter_parts(texts)]
        return np.concatenate(found) if found else np.zeros((0, len(self.domains)))

    def _read(self, texts: Sequence[str]) -> Floats:
        starts, tokens, pairs = self.number(texts)
        by_token, by_pair = self._projected
        spans = by_token.take(tokens, axis=0) + by_pair.take(pairs, axis=0)
        answers = np.empty((len(tokens), *self.biases.shape), dtype=np.float32)
        # a blank before and behind each text: no filter spans two texts
        answers[:, 0] = spans[:, 0]
        answers[:, 1] = spans[:, 2]
        answers[1:, 1] += spans[:-1, 1]
        answers[:, 2] = spans[:, 4]
        answers[1:, 2] += spans[:-1, 3]
        answers[:-1, 2] += spans[1:, 5]
        answers += self.biases
        np.maximum(answers, 0, out=answers)
        answers[starts] = 0
        lengths = np.diff(starts) - 1
        answers = answers[:-1]
        highest = np.maximum.reduceat(answers, starts[:-1], axis=0)
        sums = np.add.reduceat(answers, starts[:-1], axis=0)
        sums /= np.sqrt(np.maximum(lengths, 1))[:, None, None]
        pooled = np.concatenate([highest, sums], axis=2).reshape(len(texts), -1)
        read: Floats = (pooled @ self.weights + self.intercepts).astype(np.float64)
        return read

    def number(self, texts: Sequence[str]) -> tuple[Places, Places, Places]:
        """Where each text's blank stands, and the last one; the rows of tokens and of pairs.

        A pair stands at its first token. The row behind the last is that of a blank.
        """
        return self._number_letters(texts) if self.reads_letters else self._number_words(texts)

    def _number_letters(self, texts: Sequence[str]) -> tuple[Places, Places, Places]:
        """All letters of all texts in one array: a fifth of the time of asking one by one."""
        cut = [shorten("".join(text.lower().split())) for text in texts]
        joined = f"{_BLANK}{_BLANK.join(cut)}{_BLANK}".encode("utf-32-le", "surrogatepass")
        letters = np.frombuffer(joined, dtype=np.uint32).astype(np.int64)
        starts = np.cumsum([0, *(len(text) + 1 for text in cut)])
        row_of_letter, listed, row_of_listed = self._letter_rows
        tokens = row_of_letter.take(letters, mode="clip").astype(np.int64)
        neighbours = letters[:-1] << _LETTER_BITS | letters[1:]
        places = np.searchsorted(listed, neighbours)
        is_listed = listed[places] == neighbours
        pairs = np.zeros(len(letters), dtype=np.int64)
        pairs[:-1][is_listed] = row_of_listed[places[is_listed]]
        tokens[starts], pairs[starts] = len(self.vectors), len(self.pair_vectors)
        return starts, tokens, pairs

    def _number_words(self, texts: Sequence[str]) -> tuple[Places, Places, Places]:
        blank, no_pair = len(self.vectors), len(self.pair_vectors)
        starts: list[int] = []
        tokens: list[int] = []
        pairs: list[int] = []
        of_token, of_pair = self._rows
        for text in texts:
            said = self.cut(text)
            starts.append(len(tokens))
            tokens += [blank, *(of_token.get(token, 0) for token in said)]
            pairs += [no_pair, *(of_pair.get(pair, 0) for pair in pairwise([*said, ""]))]
        starts.append(len(tokens))
        tokens.append(blank)
        pairs.append(no_pair)
        return np.array(starts), np.array(tokens), np.array(pairs)

    def cut(self, text: str) -> list[str]:
        """The tokens of a text."""
        return cut_tokens(text, self.reads_letters)

    @cached_property
    def _rows(self) -> tuple[dict[str, int], dict[tuple[str, ...], int]]:
        return (
            {token: row for row, token in enumerate(self.tokens, start=1)},
            {tuple(pair.split(" ")): row for row, pair in enumerate(self.pairs, start=1)},
        )

    @cached_property
    def _letter_rows(self) -> tuple[NDArray[np.int32], Places, Places]:
        """The row of each letter by its number; the listed pairs, in order, and their rows.

        The last letter of the table stands for all that follow: it is not listed. Nor is the last
        pair, behind which no pair can stand.
        """
        of_token, of_pair = self._rows
        numbers = {ord(token): row for token, row in of_token.items()}
        row_of_letter = np.zeros(max(numbers, default=0) + 2, dtype=np.int32)
        row_of_letter[list(numbers)] = list(numbers.values())
        named = sorted(
            (ord(first) << _LETTER_BITS | ord(second), row)
            for (first, second), row in of_pair.items()
        )
        listed, rows = np.array([*named, (_NO_PAIR, 0)], dtype=np.int64).T
        return row_of_letter, np.ascontiguousarray(listed), np.ascontiguousarray(rows)

    @cached_property
    def _projected(self) -> tuple[Weights, Weights]:
        """What each token and each pair adds to the filters (rows, spans, filters), blank last.

        Adding up rows takes a third of the time of multiplying vectors text by text.
        """
        size = self.vectors.shape[1]
        projected = (
            np.einsum("ri,isf->rsf", vectors, filters)
            for vectors, filters in (
                (self.vectors, self.filters[:size]),
                (self.pair_vectors, self.filters[size:]),
            )
        )
        blank = np.zeros((1, *self.filters.shape[1:]), dtype=np.float32)
        by_token, by_pair = (np.concatenate([rows, blank]) for rows in projected)
        return by_token, by_pair

    def save(self, path: Path) -> None:
        """Write the npz file: eight bits for vectors, sixteen for the rest."""
        facts = {**self.facts, "reads_letters": self.reads_letters, "domains": list(self.domains)}
        stored: dict[str, Any] = {}
        for name, vectors in (("vectors", self.vectors), ("pair_vectors", self.pair_vectors)):
            scales = np.maximum(np.abs(vectors).max(axis=0), 1e-9) / 127
            stored[name] = np.rint(vectors / scales).T.astype(np.int8)
            stored[f"{name}_scales"] = scales.astype(np.float32)
        np.savez_compressed(
            path,
            **stored,
            **{
                name: getattr(self, name).astype(np.float16)
                for name in ("filters", "biases", "weights", "intercepts")
            },
            tokens=np.array("\n".join(self.tokens)),
            pairs=np.array("\n".join(self.pairs)),
            facts=np.array(json.dumps(facts, ensure_ascii=False, sort_keys=True)),
        )


def load_text_network(path: Path) -> TextNetwork:
    """Read what `TextNetwork.save` wrote; a missing file is a `FileNotFoundError`."""
    with np.load(path, allow_pickle=False) as stored:
        facts = json.loads(str(stored["facts"]))
        return TextNetwork(
            reads_letters=facts.pop("reads_letters"),
            domains=tuple(facts.pop("domains")),
            tokens=tuple(str(stored["tokens"]).split("\n")),
            pairs=tuple(str(stored["pairs"]).split("\n")),
            **{
                name: stored[name].T.astype(np.float32) * stored[f"{name}_scales"]
                for name in ("vectors", "pair_vectors")
            },
            **{
                name: stored[name].astype(np.float32)
                for name in ("filters", "biases", "weights", "intercepts")
            },
            facts=facts,
        )


def cut_tokens(text: str, reads_letters: bool) -> list[str]:
    """Letters or words, and signs; of a long text its beginning and its end."""
    return shorten((_LETTER if reads_letters else _WORD).findall(text.lower()))


def shorten(tokens: Tokens) -> Tokens:
    """Of many tokens, or letters of a text, the first and the last."""
    if len(tokens) <= MOST_TOKENS:
        return tokens
    half = MOST_TOKENS // 2
    return tokens[:half] + tokens[-half:]


def _iter_parts(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    step = max(1, CHUNK // MOST_TOKENS)
    for start in range(0, len(texts), step):
        yield texts[start : start + step]
