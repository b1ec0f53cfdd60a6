"""Small closed word sets of the text stage, from `words.yml`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

WORDS_FILE = Path(__file__).with_name("words.yml")


@dataclass(frozen=True)
class Words:
    """Function words by which languages are told apart, Chinese surnames, and signs of spam.

    Every advertisement holds one of `spam_signs`; so do many honest texts.
    """

    english: frozenset[str]
    other_latin: frozenset[str]
    surnames: frozenset[str]
    compound_surnames: frozenset[str]
    spam_signs: frozenset[str]


def _load() -> Words:
    stored = yaml.safe_load(WORDS_FILE.read_text(encoding="utf-8"))
    return Words(
        english=frozenset(stored["english"]),
        other_latin=frozenset(stored["other_latin"]),
        surnames=frozenset(stored["surnames"].replace(" ", "")),
        compound_surnames=frozenset(stored["compound_surnames"]),
        spam_signs=frozenset(stored["spam_signs"]),
    )


WORDS = _load()
