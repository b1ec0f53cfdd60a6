"""Texts with labelled aspects for training: readers of public sets and of any CSV.

The long form has one row per (text, aspect) with its polarity (1, 0, -1) and, where the set marks
it, the opinion term; the wide form has one column per aspect, -2 where it is not mentioned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from nlp_jobs.aspects.clauses import split_clauses
from nlp_jobs.aspects.reader import prepare
from nlp_jobs.training.labelled_texts import UNCLEAR, Row, choose_place, choose_split

ABSENT = "-2"
FOLDS = 5


@dataclass
class AspectText:
    """A prepared text, the polarity of each aspect in it, and the terms that show where."""

    text: str
    polarities: dict[str, int] = field(default_factory=dict)
    terms: list[tuple[str, str, int]] = field(default_factory=list)  # label, term, polarity

    @property
    def split(self) -> str:
        """train, calibration or test, as for all other sets."""
        return choose_split(self.text)

    @property
    def fold(self) -> int:
        """One of FOLDS parts for cross-validation; near-duplicates mostly share theirs."""
        return choose_place(self.text) % FOLDS


@dataclass(frozen=True)
class AspectSource:
    """A public set: its file, its licence, and its form."""

    data_set: str
    licence: str
    is_wide: bool = False


SOURCES = {
    "automotive_zh": AspectSource("zh_car_aspect_bdci2018", UNCLEAR),
    "ecommerce_zh": AspectSource("zh_ecommerce_aspect_tianchi", UNCLEAR),
    "restaurant_zh": AspectSource("zh_restaurant_aspect_asap_sample", "Apache-2.0", is_wide=True),
}
OPINION_PAIRS = ("zh_restaurant_opinion_pairs_zhang", "MIT (upstream terms vary)")


def read_long(rows: Iterable[Row]) -> list[AspectText]:
    """Columns `text`, `aspect`, `polarity`, optionally `opinion_term` and `aspect_term`.

    An aspect that a text both praises and blames is neutral.
    """
    texts: dict[str, AspectText] = {}
    for row in rows:
        text = prepare(row["text"])
        if not text or not row["aspect"]:
            continue
        found = texts.setdefault(text, AspectText(text))
        label, polarity = row["aspect"], int(row["polarity"])
        known = found.polarities.get(label, polarity)
        found.polarities[label] = polarity if known == polarity else 0
        if term := prepare(row.get("opinion_term") or row.get("aspect_term") or ""):
            found.terms.append((label, term, polarity))
    return [texts[text] for text in sorted(texts)]


def read_wide(rows: Iterable[Row], labels: Sequence[str]) -> list[AspectText]:
    """Column `text` and one column per label with 1, 0, -1 or -2 (not mentioned)."""
    texts = {}
    for row in rows:
        text = prepare(row["text"].replace("\\n", "\n"))
        polarities = {label: int(row[label]) for label in labels if row[label] != ABSENT}
        texts[text] = AspectText(text, polarities)
    return [texts[text] for text in sorted(texts)]


def iter_opinion_clauses(rows: Iterable[Row]) -> Iterator[tuple[str, int]]:
    """(clause, polarity) of `text`, `opinion_term`, `polarity` rows; the clause of the term."""
    for row in rows:
        text, term = prepare(row["text"]), prepare(row["opinion_term"])
        place = text.find(term)
        if not term or place < 0:
            continue
        for start, end in split_clauses(text):
            if start <= place < end:
                yield text[start:end], int(row["polarity"])
                break
