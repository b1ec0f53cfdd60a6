"""The company's texts are not written from the pack's word lists: the overlap has a ceiling.

Some overlap is natural: whoever wants the money back says 退款. What must not happen is that the
texts are the cues strung together, for then labelling them would measure nothing. Measured on
2026-11-22: 35 % of the retail pack's strong Chinese cues occur somewhere in the phrases, 14 % of
the phrases' words are such cues, 31 % of the touchpoints' phrases hold a strong cue of their own
touchpoint; of the general polarity words 43 % occur and 8 % of the phrases' words are such.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rjieba
import yaml

from simulator.phrasebook import PHRASES_DIR, Phrase, phrase_tree, touchpoint_phrases
from simulator.phrasebook import touchpoint_slugs as phrase_files

ROOT = Path(__file__).resolve().parents[2]
PACK = yaml.safe_load((ROOT / "config/taxonomies/retail.yml").read_text(encoding="utf-8"))
LEXICON = yaml.safe_load((ROOT / "nlp_jobs/lexicons/zh.yml").read_text(encoding="utf-8"))


def strong_cues(node: Any) -> set[str]:
    """Return the strong Chinese cues of two characters and more below a node of the pack."""
    if isinstance(node, list):
        return set().union(*map(strong_cues, node))
    if not isinstance(node, dict):
        return set()
    found = set().union(*(strong_cues(value) for key, value in node.items() if key != "cues"))
    chinese = node.get("cues", {}).get("zh", [])
    cues = chinese.get("strong", []) if isinstance(chinese, dict) else chinese
    return found | {str(cue) for cue in cues if len(str(cue)) > 1 and "…" not in str(cue)}


def polarity_words() -> set[str]:
    """Return the Chinese words of praise and blame that hold in any industry."""
    sides = (LEXICON["polarity"]["positive"], LEXICON["polarity"]["negative"])
    lists = (words for side in sides for words in side.values())
    return {str(word) for words in lists for word in words if len(str(word)) > 1}


def write_out(phrase: Phrase) -> str:
    """Return every wording of a phrase, a line break between alternatives."""
    pieces = (piece if isinstance(piece, str) else "\n".join(piece) for piece in phrase.pieces)
    return re.sub(r"\{\w+\}", "\n", "\n".join(pieces))


def leaves(node: Any) -> Iterator[Phrase]:
    if isinstance(node, Phrase):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from leaves(value)
    elif isinstance(node, tuple):
        for value in node:
            yield from leaves(value)


@pytest.fixture(scope="module")
def by_touchpoint() -> dict[str, list[str]]:
    """Return touchpoint -> its Chinese phrases, written out."""
    return {
        slug: [
            write_out(phrase)
            for entries in touchpoint_phrases(slug).issues.values()
            for _, _, phrases in entries
            for phrase in phrases
        ]
        for slug in phrase_files()
    }


@pytest.fixture(scope="module")
def corpus(by_touchpoint: dict[str, list[str]]) -> str:
    """Return every phrase of every file, written out."""
    texts = [text for phrases in by_touchpoint.values() for text in phrases]
    for path in sorted(PHRASES_DIR.glob("*.yml")):
        if path.stem not in by_touchpoint:
            texts += map(write_out, leaves(phrase_tree(path.stem)))
    return "\n".join(texts)


@pytest.fixture(scope="module")
def words(corpus: str) -> list[str]:
    """Return the Chinese words of the phrases, of two characters and more."""
    return [word for word in rjieba.cut(corpus) if re.fullmatch(r"[\u4e00-\u9fff]{2,}", word)]


@pytest.mark.parametrize(
    ("cues", "most_that_occur", "most_of_the_words"),
    [(strong_cues(PACK), 0.36, 0.15), (polarity_words(), 0.45, 0.09)],
    ids=["strong cues of the pack", "words of praise and blame"],
)
def test_phrases_are_not_strung_together_from_cues(
    corpus: str, words: list[str], cues: set[str], most_that_occur: float, most_of_the_words: float
):
    occurring = sum(cue in corpus for cue in cues) / len(cues)
    among_words = sum(word in cues for word in words) / len(words)

    assert len(cues) > 500
    assert len(words) > 5000
    assert occurring < most_that_occur
    assert among_words < most_of_the_words


def test_most_phrases_name_their_touchpoint_by_no_strong_cue(by_touchpoint: dict[str, list[str]]):
    held = told = 0
    for stage in PACK["stages"]:
        for touchpoint in stage["touchpoints"]:
            cues = strong_cues({"cues": touchpoint["cues"]})
            phrases = by_touchpoint[touchpoint["slug"]]
            held += sum(any(cue in phrase for cue in cues) for phrase in phrases)
            told += len(phrases)

    assert told > 800
    assert held / told < 0.33
