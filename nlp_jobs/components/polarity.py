"""`voc_polarity`: sentiment label, score and confidence of each unit and of the text.

A trained head and the polarity rules each give a reading; calibrations fitted on held-out texts
join them to a probability of praise and one of being neutral. Of whole texts that leave the head
unsure a network gives a second reading. Without any sign of an opinion all columns stay null:
nothing said is not neutral.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy import registry, util
from spacy.language import Language
from spacy.tokens import Doc

from nlp_jobs.components.opinion_unit import (
    DOMAIN_SHIFT,
    OPINION_UNITS,
    SENTIMENT_CONFIDENCE,
    SENTIMENT_LABEL,
    SENTIMENT_SCORE,
    WORDS,
    OpinionUnit,
    read_source_text,
)
from nlp_jobs.domain_shares import Shares, estimate_shares, shift_of
from nlp_jobs.heads import (
    MODEL_DIR,
    SentimentHead,
    Stretches,
    TextScores,
    load_sentiment_head,
    neutral_inputs,
    sigmoid,
)
from nlp_jobs.lexicons.language import load_lexicon
from nlp_jobs.text.turns import iter_segments
from nlp_jobs.text_network import TextNetwork, load_text_network
from nlp_jobs.told_sides import tell_sides
from nlp_jobs.verdicts import (
    PLAIN_RULE,
    SURELY_NEUTRAL,
    has_opinion,
    is_question,
    judge_all,
    overrule,
    to_log_odds,
    to_probability,
    trust_cues,
)

MAX_CHARACTERS = 200_000  # of one pass: bounds its memory
MAX_SAMPLED = 1_000  # characters of a text that tell its domain
SAMPLED_TOGETHER = 200  # texts of one such pass
SHORT_UNIT = {True: 40, False: 8}  # characters, with and without blanks between words
SIDE_PULL = 1.0  # what a cue that takes sides adds to the log-odds of praise of its unit
SIDED_NEUTRAL = 0.7  # and what it leaves of the probability of being neutral
NOTHING_SAID = 0.9  # a text without opinions that is this neutral has no verdict
NEUTRAL_QUESTION = 0.5  # the same for questions; many a question is a reproach

Floats = NDArray[np.float64]


@registry.misc("voc.head.v2")
def read_head(name: str) -> SentimentHead:
    """A head shipped in nlp_jobs/models, by name, or any npz file by its path."""
    shipped = MODEL_DIR / f"{name}.npz"
    return load_sentiment_head(shipped if shipped.exists() else Path(name))


@registry.misc("voc.text_network.v1")
def read_network(name: str) -> TextNetwork:
    """A network shipped in nlp_jobs/models, by name, or any npz file by its path."""
    shipped = MODEL_DIR / f"{name}.npz"
    return load_text_network(shipped if shipped.exists() else Path(name))


@registry.misc("voc.courtesies.v1")
def read_courtesies(language: str) -> tuple[str, ...]:
    """The polite phrases of a language's word list."""
    return load_lexicon(language).courtesies


@Language.factory(
    "voc_polarity",
    default_config={"network": None},
    requires=["doc._.opinion_units"],
    assigns=["doc._.sentiment_label", "doc._.sentiment_score", "doc._.sentiment_confidence"],
)
def make_polarity(
    nlp: Language,
    name: str,
    head: SentimentHead,
    courtesies: tuple[str, ...],
    network: TextNetwork | None,
) -> PolarityReader:
    """`courtesies`: what people say in a dialogue out of manners only.

    `network`: reads the texts that leave the head unsure; null: nobody does.
    """
    return PolarityReader(head, courtesies, network)


@dataclass
class Batch:
    """The texts and the stretches of them that are read in one pass.

    A text is what the customer of a doc said, then follow the units of dialogues, each a text of
    its own. `owners`, `starts` and `ends` say where each unit stands; `docs` whose it is.
    `shifts`: what the source of each text says of its domain, null where nothing is known.
    """

    texts: list[str] = field(default_factory=list)
    words: list[Sequence[str] | None] = field(default_factory=list)
    shifts: list[Floats | None] = field(default_factory=list)
    units: list[OpinionUnit] = field(default_factory=list)
    docs: list[int] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)


class PolarityReader:
    """Scores many docs at once: all their units and texts go through the head in one pass."""

    def __init__(
        self, head: SentimentHead, courtesies: Iterable[str], network: TextNetwork | None = None
    ) -> None:
        polite = "|".join(map(re.escape, sorted(courtesies, key=len, reverse=True)))
        self.only_courtesies = re.compile(rf"(?:(?:{polite})[\s，。！!,.~、]*)+", re.IGNORECASE)
        self.head = head
        self.network = network
        self.short_unit = SHORT_UNIT[head.features.keep_spaces]
        self.language = "en" if head.features.keep_spaces else "zh"

    def __call__(self, doc: Doc) -> Doc:
        """Read one doc; `pipe` reads many in one pass."""
        return self._read([doc])[0]

    def pipe(self, stream: Iterable[Doc], batch_size: int = 256) -> Iterator[Doc]:
        """Read docs batch by batch."""
        for docs in util.minibatch(stream, size=batch_size):
            part: list[Doc] = []
            length = 0
            for doc in docs:
                part.append(doc)
                length += len(read_source_text(doc))
                if length >= MAX_CHARACTERS:
                    yield from self._read(part)
                    part, length = [], 0
            if part:
                yield from self._read(part)

    def estimate_domains(self, texts: Iterable[str]) -> Shares:
        """The shares of domains in the texts of one source, as the pipeline has texts."""
        cut = (
            (_customer_text(text) if text.startswith("[") else text)[:MAX_SAMPLED] for text in texts
        )
        parts = [
            self.head.read(part)[0].domains for part in util.minibatch(cut, size=SAMPLED_TOGETHER)
        ]
        count = len(self.head.domains)
        membership = np.concatenate([np.zeros((0, count)), *parts])
        shares = estimate_shares(membership, self.head.usual_shares)
        return dict(zip(self.head.domains, shares.tolist(), strict=True))

    def shift_domains(self, shares: Shares) -> Floats:
        """What the shares of a source add to the log-odds of each domain of its texts.

        Shares of other domains than the head's are a `ValueError`.
        """
        if set(shares) != set(self.head.domains):
            raise ValueError(
                f"shares of {', '.join(sorted(shares))}, but the head knows "
                f"{', '.join(sorted(self.head.domains))}: estimate them anew (where they stand in "
                "config/source_domains.yml: `sources: {}` there, then `voc taxonomy domains "
                "--write`)"
            )
        named = np.array([shares[domain] for domain in self.head.domains])
        return shift_of(named, self.head.usual_shares)

    def _read(self, docs: list[Doc]) -> list[Doc]:
        batch = self._gather(docs)
        stretches = Stretches(
            np.array(batch.owners, dtype=np.int64),
            np.array(batch.starts, dtype=np.int64),
            np.array(batch.ends, dtype=np.int64),
        )
        shift = self._stack_shifts(batch.shifts)
        whole, parts = self.head.read(batch.texts, stretches, batch.words, shift)
        count = len(docs)
        places = np.array(batch.docs, dtype=np.int64)
        rules, cues, is_overruled = _read_rules(batch.units)
        lengths = stretches.ends - stretches.starts
        praise = self.head.join_stretch(parts.praise, rules, lengths)
        neutral = self.head.neutral_probability(
            "unit",
            neutral_inputs(
                parts.neutral, parts.praise, cues, lengths, whole.domains[stretches.owners]
            ),
        )
        doc_praise, doc_neutral = self._read_whole(batch, whole, places, rules, cues, count)
        if self.network is not None:
            domains = whole.domains[:count]
            doc_praise = self.network.judge_unsure(batch.texts[:count], doc_praise, domains)
        # the only unit of a text is the text: both readings of it count
        alone = np.flatnonzero((np.bincount(places, minlength=count) == 1)[places])
        praise[alone] = (praise[alone] + doc_praise[places[alone]]) / 2
        neutral[alone] = (neutral[alone] + doc_neutral[places[alone]]) / 2
        # in a few words a plain cue outweighs the head
        is_cued = (lengths <= self.short_unit) & (np.abs(rules) >= PLAIN_RULE)
        shifts = self._judge_units(batch.units, sigmoid(praise), neutral, is_cued | is_overruled)
        # where a rule overruled the head, and in a few words from nobody knows where, the only
        # unit knows better
        is_strange = np.array([shift is None for shift in batch.shifts], dtype=bool)[places]
        is_known = (shifts != 0) | ((lengths <= self.short_unit) & is_strange)
        known = set(places[alone[is_known[alone]]].tolist())
        doc_lengths = np.maximum(_add_up(places, lengths, count), 1)
        doc_praise += _add_up(places, shifts * lengths, count) / doc_lengths
        self._judge_docs(docs, batch, sigmoid(doc_praise), doc_neutral, known)
        return docs

    def _read_whole(
        self,
        batch: Batch,
        whole: TextScores,
        places: NDArray[np.int64],
        rules: Floats,
        cues: Floats,
        count: int,
    ) -> tuple[Floats, Floats]:
        """Log-odds of praise and probability of neutrality of the first `count` texts."""
        own = TextScores(whole.domains[:count], whole.features[:count], whole.neutral[:count])
        praise = self.head.join(own, _add_up(places, rules, count))
        lengths = np.array([len(text) for text in batch.texts[:count]])
        inputs = neutral_inputs(
            own.neutral, praise, _add_up(places, cues, count), lengths, own.domains
        )
        return praise, self.head.neutral_probability("document", inputs)

    def _gather(self, docs: list[Doc]) -> Batch:
        batch = Batch()
        dialogue_units: list[tuple[OpinionUnit, int]] = []
        for place, doc in enumerate(docs):
            text = read_source_text(doc)
            batch.shifts.append(doc.user_data.get(DOMAIN_SHIFT))
            units = [unit for unit in doc.user_data[OPINION_UNITS] if unit.speaker == "customer"]
            if text.startswith("["):
                batch.texts.append(_customer_text(text))
                batch.words.append(None)
                dialogue_units += [
                    (unit, place) for unit in units if not self.only_courtesies.fullmatch(unit.text)
                ]
                continue
            batch.texts.append(text)
            batch.words.append(doc.user_data.get(WORDS))
            for unit in units:
                batch.units.append(unit)
                batch.docs.append(place)
                batch.owners.append(place)
                batch.starts.append(unit.char_start)
                batch.ends.append(unit.char_end)
        for unit, place in dialogue_units:
            batch.units.append(unit)
            batch.docs.append(place)
            batch.owners.append(len(batch.texts))
            batch.starts.append(0)
            batch.ends.append(len(unit.text))
            batch.texts.append(unit.text)
            batch.words.append(None)
            batch.shifts.append(batch.shifts[place])
        return batch

    def _stack_shifts(self, shifts: Sequence[Floats | None]) -> Floats | None:
        """The shifts as rows (texts, domains); null when nothing is known of any text."""
        if all(shift is None for shift in shifts):
            return None
        nothing = np.zeros(len(self.head.domains))
        return np.array([nothing if shift is None else shift for shift in shifts])

    def _judge_units(
        self,
        units: list[OpinionUnit],
        praises: Floats,
        neutrals: Floats,
        is_ruled: NDArray[np.bool_],
    ) -> Floats:
        """Label the units; returns by how much overruling moved the log-odds of each.

        `is_ruled` marks the units whose rules may change what the head read. What plain cues do
        to a few words stays with the unit: of whole texts the head is right more often.
        """
        shifts = np.zeros(len(units))
        for unit, praise, neutral in zip(units, praises.tolist(), neutrals.tolist(), strict=True):
            unit.praise, unit.neutral = praise, neutral
        told = [tell_sides(unit, self.language) for unit in units]
        for place, side in enumerate(told):
            if side:
                pulled = to_log_odds(float(praises[place])) + SIDE_PULL * side
                praises[place] = to_probability(pulled)
                neutrals[place] *= SIDED_NEUTRAL
        for place in np.flatnonzero(is_ruled).tolist():
            unit = units[place]
            praise, neutral = float(praises[place]), float(neutrals[place])
            ruled, _ = overrule(praise, neutral, unit.rules)
            shifts[place] = to_log_odds(ruled) - to_log_odds(praise)
            if len(unit.text) <= self.short_unit:
                praise, neutral = trust_cues(praise, neutral, unit.rules)
            praises[place], neutrals[place] = overrule(praise, neutral, unit.rules)
        verdicts = judge_all(praises, neutrals)
        for unit, side, verdict, praise, neutral in zip(
            units, told, verdicts, praises.tolist(), neutrals.tolist(), strict=True
        ):
            if side or has_opinion(unit, unit.rules, praise, neutral):
                label, score, confidence = verdict
                unit.sentiment_label = label
                unit.sentiment_score = score
                unit.sentiment_confidence = confidence
        return shifts

    def _judge_docs(
        self,
        docs: list[Doc],
        batch: Batch,
        praises: Floats,
        neutrals: Floats,
        known: Collection[int],
    ) -> None:
        """Label the texts; the verdict of those of `known` is that of their only unit."""
        units: list[list[OpinionUnit]] = [[] for _ in docs]
        for unit, place in zip(batch.units, batch.docs, strict=True):
            units[place].append(unit)
        wishes = list(map(_only_wishes, units))
        neutrals[wishes] = np.maximum(neutrals[wishes], SURELY_NEUTRAL)
        verdicts = judge_all(praises, neutrals)
        for place, (doc, own, verdict, neutral, is_wish) in enumerate(
            zip(docs, units, verdicts, neutrals.tolist(), wishes, strict=True)
        ):
            label: str | None
            score: float | None
            confidence: float | None
            label, score, confidence = verdict
            if place in known and own[0].sentiment_label is not None:
                [only] = own
                label, score = only.sentiment_label, only.sentiment_score
                confidence = only.sentiment_confidence
            elif not is_wish and neutral >= NEUTRAL_QUESTION and _says_nothing(own, neutral):
                continue
            data = doc.user_data
            data[SENTIMENT_LABEL] = label
            data[SENTIMENT_SCORE] = score
            data[SENTIMENT_CONFIDENCE] = confidence


def _only_wishes(units: list[OpinionUnit]) -> bool:
    """True for a text that wishes for something and judges nothing."""
    if not units or not units[0].rules.is_unreal:  # most texts
        return False
    return all(unit.rules.is_unreal and unit.sentiment_label is None for unit in units)


def _says_nothing(units: list[OpinionUnit], neutral: float) -> bool:
    """True for a text without opinions that is surely neutral, or only asks."""
    if any(unit.sentiment_label is not None for unit in units):
        return False
    return neutral >= NOTHING_SAID or all(map(is_question, units))


def _read_rules(units: list[OpinionUnit]) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Score, number of cues, and whether a flag is set, of the rule reading of each unit."""
    if not units:
        return np.zeros(0), np.zeros(0), np.zeros(0, dtype=bool)
    scores, counts, *flags = zip(*(unit.rules for unit in units), strict=True)
    return (
        np.array(scores, dtype=float),
        np.array(counts, dtype=float),
        np.logical_or.reduce(np.array(flags, dtype=bool)),
    )


def _add_up(places: NDArray[np.int64], values: NDArray[Any], count: int) -> Floats:
    """Sums of the values of each place."""
    return np.bincount(places, values, count).astype(float)


def _customer_text(text: str) -> str:
    """What the customer said, without speaker marks."""
    parts = (
        text[start:end] for speaker, start, end in iter_segments(text) if speaker == "customer"
    )
    return "\n".join(parts)
