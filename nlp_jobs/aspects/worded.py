"""Aspects of a domain with few labelled texts: word lists decide, a small head weighs them.

Presence comes from counts of an aspect's words. Polarity comes from the clauses that hold such
words, each read by a head that was trained on clauses of known polarity, and from the aspect's own
words of praise and blame nearby.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp_jobs.aspects.clauses import split_clauses
from nlp_jobs.aspects.words import TIERS, AspectWords, load_aspect_words
from nlp_jobs.label_heads import LabelHeads, load_label_heads
from nlp_jobs.lexicons.cues import Hit

Numbers = NDArray[np.float64]
WHOLE_MOOD = 15  # clauses from which on the mood of the whole text counts in full
NEAR = 14  # characters between a word of the aspect and a word of opinion on it
OPINIONS = ("praise", "blame", "mixed")
_NEGATED = re.compile(r"(?:不|没|没有|无|不太|不是很|不怎么|不够|别)$")
_NEGATION_LENGTH = 3


class WordedAspects:
    """Reads presence and polarity with a word list and three small heads."""

    def __init__(
        self, words: AspectWords, presence: LabelHeads, clauses: LabelHeads, polarity: LabelHeads
    ) -> None:
        self.words = words
        self.presence_head = presence
        self.clause_head = clauses
        self.polarity_head = polarity
        self.labels = presence.labels
        self.thresholds = self.unit_thresholds = presence.thresholds
        self.facts = presence.facts

    @classmethod
    def load(cls, directory: Path, stem: str) -> WordedAspects:
        """Read `<stem>.npz`, `<stem>_clauses.npz`, `<stem>_polarity.npz` and the word list."""
        presence, clauses, polarity = (
            load_label_heads(directory / f"{stem}{part}.npz")
            for part in ("", "_clauses", "_polarity")
        )
        return cls(load_aspect_words(presence.facts["words"]), presence, clauses, polarity)

    def presence(self, texts: Sequence[str]) -> Numbers:
        """Probability of each aspect in each text, (texts, labels)."""
        hits = [self.words.find(text)[0] for text in texts]
        inputs = self.words.count(hits, [len(text) for text in texts])
        return self.presence_head.probabilities([""] * len(texts), inputs)

    def unit_presence(self, texts: Sequence[str]) -> Numbers:
        """The same: a word settles an aspect in a unit as it does in a text."""
        return self.presence(texts)

    def polarity(self, texts: Sequence[str], places: Sequence[int]) -> Numbers:
        """Probabilities of blame, neither, praise for the label at each place, (texts, 3)."""
        inputs = gather_evidence(self.words, self.clause_head, texts, places)
        return self.polarity_head.probabilities([""] * len(texts), inputs)


def gather_evidence(
    words: AspectWords, clause_head: LabelHeads, texts: Sequence[str], places: Sequence[int]
) -> NDArray[np.float32]:
    """Inputs of the polarity head, one row per (text, label place).

    Of the clause scores: mean, highest and lowest over the clauses that carry the label, mean over
    the clauses after them, mean over the text (in a short text, whose other clauses say little of
    its mood, rather that of the carrying clauses); then how many carry it and whether none does;
    then `weigh_opinions`; then which label it is.
    """
    unique = list(dict.fromkeys(texts))
    spans = {text: split_clauses(text) for text in unique}
    found = {text: words.find(text) for text in unique}
    clauses = [text[start:end] for text in unique for start, end in spans[text]]
    all_scores = clause_head.score(clauses)
    scores, first = {}, 0
    for text in unique:
        scores[text] = all_scores[first : first + len(spans[text])]
        first += len(spans[text])
    which = np.eye(len(words.labels))
    rows = []
    for text, place in zip(texts, places, strict=True):
        aspect_hits, opinion_hits = found[text][0][place], found[text][1][place]
        by_clause = scores[text]
        carrying = _carrying_clauses(spans[text], aspect_hits)
        chosen = by_clause[carrying] if carrying else by_clause
        after = [min(number + 1, len(by_clause) - 1) for number in carrying]
        following = by_clause[after] if after else by_clause
        share = min(1.0, len(by_clause) / WHOLE_MOOD)
        rows.append(
            np.concatenate(
                [
                    chosen.mean(axis=0),
                    chosen.max(axis=0),
                    chosen.min(axis=0),
                    following.mean(axis=0),
                    share * by_clause.mean(axis=0) + (1 - share) * chosen.mean(axis=0),
                    [np.log1p(len(chosen)), not carrying],
                    weigh_opinions(text, aspect_hits, opinion_hits),
                    which[place],
                ]
            )
        )
    return np.array(rows, dtype=np.float32)


def _carrying_clauses(spans: Sequence[tuple[int, int]], hits: Sequence[Hit]) -> list[int]:
    """The clauses that hold a word of the strongest tier that the text has."""
    for tier in TIERS:
        carrying = [
            number
            for number, (start, end) in enumerate(spans)
            if any(hit.slug == tier and start <= hit.start < end for hit in hits)
        ]
        if carrying:
            return carrying
    return []


def weigh_opinions(text: str, aspect_hits: Sequence[Hit], opinion_hits: Sequence[Hit]) -> Numbers:
    """Log counts of praise, blame and mixed words near the aspect and anywhere, and both leans.

    「不干净」 is blame, 「不小」 is mixed: a denied word of blame praises only a little.
    """
    near, anywhere = dict.fromkeys(OPINIONS, 0), dict.fromkeys(OPINIONS, 0)
    places = [hit.start for hit in aspect_hits]
    for hit in opinion_hits:
        slug = hit.slug
        before = text[max(0, hit.start - _NEGATION_LENGTH) : hit.start]
        if slug != "mixed" and _NEGATED.search(before):
            slug = "blame" if slug == "praise" else "mixed"
        anywhere[slug] += 1
        if any(abs(hit.start - place) <= NEAR for place in places):
            near[slug] += 1
    leans = [
        (counts["praise"] - counts["blame"]) / (sum(counts.values()) + 1)
        for counts in (near, anywhere)
    ]
    return np.concatenate([np.log1p([*near.values(), *anywhere.values()]), leans])
