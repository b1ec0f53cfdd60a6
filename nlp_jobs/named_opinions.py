"""What a text says of a thing that is named: praise, blame or neither of a term in it.

A unit's label is about all that its clause holds; 「色彩鲜艳，反差略大」 says two things of one
picture. Where somebody has marked the term (and the words said of it), a head that learned from
such marks answers better: it reads the term with those words, or with its clause.
`LabelHeads` files `models/opinions_<language>.npz`, written by `training.train_named_opinions`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from nlp_jobs.heads import MODEL_DIR
from nlp_jobs.label_heads import load_label_heads
from nlp_jobs.routing_heads import prepare

PREFIX = "opinions_"
_CLAUSE_END = re.compile(r"[，。！？；,.!?;\n]")
_BEFORE_CLAUSE = "|"  # parts the term from its clause: no n-gram of words reaches over it


class Named(NamedTuple):
    """A text, the term in it that is asked about, and the words said of it where they are known."""

    text: str
    term: str
    said: str = ""


@dataclass(frozen=True)
class NamedOpinion:
    """`positive`, `neutral` or `negative`, and the calibrated probability that it is right."""

    sentiment_label: str
    sentiment_confidence: float


class NamedOpinionReader:
    """Reads opinions about named terms, many in one call."""

    def __init__(self, language: str, directory: Path = MODEL_DIR) -> None:
        """Load the head of a language; a `ValueError` names those that have one."""
        path = directory / f"{PREFIX}{language}.npz"
        if not path.is_file():
            known = ", ".join(list_languages(directory)) or "none"
            raise ValueError(f"no head for opinions in {language!r}; there are: {known}")
        self.language = language
        self.heads = load_label_heads(path)

    def read(self, named: Sequence[Named]) -> list[NamedOpinion]:
        """One opinion for each; a term that does not stand in its text is read with all of it."""
        predictions = self.heads.predict([compose(each, self.language) for each in named])
        return [NamedOpinion(label, round(share, 4)) for ((label, share),) in predictions]


def compose(named: Named, language: str) -> str:
    """What the head reads: the term and what is said of it, else the term and its clause."""
    term, said = prepare(named.term, language), prepare(named.said, language)
    if term and said:
        return f"{term} {said}"
    focus = said or term
    return f"{focus}{_BEFORE_CLAUSE}{find_clause(prepare(named.text, language), focus)}"


def find_clause(text: str, term: str) -> str:
    """The first clause that holds the term; the whole text where none does."""
    return next((clause for clause in _CLAUSE_END.split(text) if term and term in clause), text)


def list_languages(directory: Path = MODEL_DIR) -> list[str]:
    """The languages that have a head."""
    return sorted(path.stem.removeprefix(PREFIX) for path in directory.glob(f"{PREFIX}*.npz"))
