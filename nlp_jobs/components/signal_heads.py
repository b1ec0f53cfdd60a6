"""`voc_signal_heads`: need, cause and emotion of each unit by a head that hears the cues.

The rules of `voc_signals` take need and cause from the unit's topic and emotion from words. What
went wrong is mostly told otherwise. A head reads the letters beside what the rules found; whether
there is a need at all, and that danger asks for safety, stays with the rules, and so does what
was added to the vocabularies after the head was trained.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from spacy import registry
from spacy.language import Language
from spacy.tokens import Doc

from nlp_jobs.components.batch_pipe import BatchPipe
from nlp_jobs.components.opinion_unit import OpinionUnit, list_customer_units
from nlp_jobs.components.signals import KEPT_PROMISES
from nlp_jobs.heads import MODEL_DIR
from nlp_jobs.label_heads import LabelHeads, load_shared_heads
from nlp_jobs.letter_scores import SIGNALS, take_scores
from nlp_jobs.taxonomy import Labels, Pack, Topic

NEED, CAUSE, EMOTION = GROUPS = ("need", "cause", "emotion")
VOCABULARIES = {NEED: "need_slug", CAUSE: "cause_slug", EMOTION: "emotion_slug"}
NOTHING = "none"  # the label of a group where nothing is said
LOUD, ASKS, BREACH = "loud", "asks", "breach"
LAYERS = ("intensifier", "negator", "breach", "effort_hard")  # cues that tell by being there
Floats = NDArray[np.float64]


@registry.misc("voc.signal_head.v1")
def read_signal_head(name: str) -> LabelHeads:
    """A head shipped in nlp_jobs/models, by name, or any npz file by its path."""
    shipped = MODEL_DIR / f"{name}.npz"
    return load_shared_heads(shipped if shipped.exists() else Path(name))


@Language.factory(
    "voc_signal_heads", requires=["doc._.opinion_units"], assigns=["doc._.opinion_units"]
)
def make_signal_heads(nlp: Language, name: str, pack: Pack, head: LabelHeads) -> SignalHeadReader:
    """Build the pipe; it must stand behind `voc_signals`."""
    return SignalHeadReader(pack, head)


def list_labels(group: str, labels: Labels) -> list[str]:
    """The labels of a head for a group, `need:none` and then `need:speed` and so on."""
    vocabulary = labels.vocabularies[VOCABULARIES[group]]
    return [f"{group}:{NOTHING}", *(f"{group}:{value.slug}" for value in vocabulary)]


def list_evidence(labels: Labels) -> list[str]:
    """Everything that a head may be told of a unit beside its letters."""

    def slugs(vocabulary: str) -> Iterable[str]:
        return (value.slug for value in labels.vocabularies[vocabulary])

    return [
        *(f"sentiment {slug}" for slug in (*slugs("sentiment_label"), NOTHING)),
        *(f"intent {slug}" for slug in (*slugs("intent_slug"), NOTHING)),
        *(f"severity {slug}" for slug in slugs("severity_slug")),
        LOUD,
        ASKS,
        f"promise {BREACH}",
        *(f"cue {layer}" for layer in LAYERS),
        *(f"emotional cue {slug}" for slug in slugs("emotion_slug")),
        *(f"emotion {slug}" for slug in slugs("emotion_slug")),
        *(
            f"{group} of {kind} {slug}"
            for kind in ("cue", "topic")
            for group in (NEED, CAUSE)
            for slug in slugs(VOCABULARIES[group])
        ),
    ]


def is_asked(unit: OpinionUnit) -> bool:
    """True for units that may show a need, a cause or an emotion."""
    return (
        unit.sentiment_label is not None
        or unit.need_kind is not None
        or unit.promise_role == BREACH
        or "emotion_slug" in unit.hits
    )


class Columns(dict[str, int]):
    """The column of each name; what has none goes to the last, which is dropped."""

    def __init__(self, names: Sequence[str], prefix: str = "") -> None:
        super().__init__(
            (name.removeprefix(prefix), column)
            for column, name in enumerate(names)
            if name.startswith(prefix)
        )
        self.dropped = len(names)

    def __missing__(self, name: str) -> int:
        return self.dropped


class SignalEvidence:
    """What `voc_signals` and the pipes before it found, as inputs of a head.

    `columns` places the evidence that a head was trained with (`list_evidence`); needs and causes
    come from the topics of the pack, so that a head serves packs that it never saw.
    """

    def __init__(self, pack: Pack, evidence: Sequence[str]) -> None:
        self.columns = Columns(evidence)
        self.of_cue = {topic.slug: self._of_topic("cue", topic) for *_, topic in pack.iter_topics()}
        self.of_topic = {
            topic.slug: self._of_topic("topic", topic) for *_, topic in pack.iter_topics()
        }
        self.by_label = {
            kind: Columns(evidence, f"{kind} ")
            for kind in ("sentiment", "intent", "severity", "emotional cue", "emotion")
        }
        self.layers = [(layer, self.columns[f"cue {layer}"]) for layer in LAYERS]
        # the same labels come together again and again; there are too few of each to bound this
        self.known: dict[tuple[str | bool | None, ...], list[int]] = {}

    def gather(self, units: Sequence[OpinionUnit]) -> Floats:
        """The inputs (units, evidence): 1 where it holds, else 0."""
        rows: list[int] = []
        columns: list[int] = []
        for row, unit in enumerate(units):
            found = self._list_columns(unit)
            columns += found
            rows += [row] * len(found)
        evidence = np.zeros((len(units), self.columns.dropped + 1))
        evidence[rows, columns] = 1
        return evidence[:, :-1]

    def _list_columns(self, unit: OpinionUnit) -> list[int]:
        text, hits = unit.text, unit.hits
        key = (
            unit.sentiment_label,
            unit.intent_slug,
            unit.severity_slug,
            unit.emotion_slug,
            unit.topic_slug,
            unit.promise_role == BREACH,
            "！" in text or "!" in text,
            "？" in text or "?" in text,
        )
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = self._of_labels(*key)
        if not hits:
            return found
        told = [column for layer, column in self.layers if layer in hits]
        if "topic" in hits:
            for hit in hits["topic"]:
                told += self.of_cue[hit.slug]
        if "emotion_slug" in hits:
            told += [self.by_label["emotional cue"][hit.slug] for hit in hits["emotion_slug"]]
        return found + told

    def _of_labels(
        self,
        sentiment: str | None,
        intent: str | None,
        severity: str | None,
        emotion: str | None,
        topic: str | None,
        is_breach: bool,
        is_loud: bool,
        is_asking: bool,
    ) -> list[int]:
        by_label = self.by_label
        found = [
            by_label["sentiment"][sentiment or NOTHING],
            by_label["intent"][intent or NOTHING],
        ]
        if severity is not None:
            found.append(by_label["severity"][severity])
        if emotion is not None:
            found.append(by_label["emotion"][emotion])
        if topic is not None:
            found += self.of_topic[topic]
        flags = ((is_breach, f"promise {BREACH}"), (is_loud, LOUD), (is_asking, ASKS))
        return found + [self.columns[name] for is_so, name in flags if is_so]

    def _of_topic(self, kind: str, topic: Topic) -> list[int]:
        said = ((NEED, topic.need), (CAUSE, topic.cause))
        return [self.columns[f"{group} of {kind} {slug}"] for group, slug in said if slug]


class SignalHeadReader(BatchPipe):
    """Sets need, cause and emotion of the customers' units, those of a batch in one pass."""

    def __init__(self, pack: Pack, head: LabelHeads) -> None:
        self.head = head
        self.evidence = SignalEvidence(pack, head.extras)
        self.groups: dict[str, list[str | None]] = {}
        self.places: dict[str, slice] = {}
        for group in GROUPS:
            places = [
                place for place, label in enumerate(head.labels) if label.startswith(f"{group}:")
            ]
            if not places:
                raise ValueError(f"a head for {', '.join(GROUPS)}, not for {head.labels}")
            self.places[group] = slice(places[0], places[-1] + 1)
            slugs = (head.labels[place].partition(":")[2] for place in places)
            self.groups[group] = [None if slug == NOTHING else slug for slug in slugs]

    def read_batch(self, docs: Sequence[Doc]) -> None:
        """Set the three labels of each customer's unit that may bear them."""
        self.read([unit for unit in list_customer_units(docs) if is_asked(unit)])

    def read(self, units: Sequence[OpinionUnit]) -> None:
        """Set the three labels of units that were asked about."""
        if not units:
            return
        letters = take_scores(units, SIGNALS, self.head)
        scores = self.head.complete(letters, self.evidence.gather(units))
        answers = (
            [self.groups[group][best] for best in scores[:, self.places[group]].argmax(axis=1)]
            for group in GROUPS
        )
        needs, causes, emotions = map(frozenset, self.groups.values())
        for unit, need, cause, emotion in zip(units, *answers, strict=True):
            is_breach = unit.promise_role == BREACH
            shows_need = unit.need_kind is not None or is_breach
            if shows_need and unit.severity_slug != "safety" and unit.need_slug in needs:
                unit.need_slug = need or (KEPT_PROMISES if is_breach else None)
            if unit.cause_slug in causes:
                is_blame = unit.sentiment_label == "negative" or unit.need_kind is not None
                unit.cause_slug = cause if is_blame else None
            if unit.emotion_slug in emotions:
                unit.emotion_slug = emotion
