"""`voc_promises`: which units quote a promise, and which say that it was not kept.

Words of promise and breach are read in order: a mere 「结果…」 is a breach only behind a promise.
But promises are told in many ways that name none (「导购说三天内装好」), and their words stand in
much that promises nothing (「性能有保证」). So a trained head decides, which weighs the letters of
a unit and what the words say; a role that the words give needs less of a chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from spacy import registry
from spacy.language import Language
from spacy.tokens import Doc

from nlp_jobs.components.batch_pipe import BatchPipe
from nlp_jobs.components.opinion_unit import OPINION_UNITS, OpinionUnit, list_customer_units
from nlp_jobs.heads import MODEL_DIR, clip_rules
from nlp_jobs.label_heads import LabelHeads, choose_supported, find_said, load_shared_heads
from nlp_jobs.letter_scores import PROMISES, take_scores
from nlp_jobs.polarity_rules import count_negators

NONE, PROMISE, BREACH = LABELS = ("none", "promise", "breach")  # of the head, in this order
# what the head is told beside the letters
EVIDENCE = (
    "promise cues",
    "kept cues",
    "breach cues",
    "weak breach cues",
    "negated",
    "wished for",
    "rules say promise",
    "rules say breach",
    "rule score",
)
MOST_CUES = 3
_LAYERS = frozenset(("promise", "promise_kept", "breach", "breach_weak"))
_COUNTED = ("promise", "promise_kept", "breach", "breach_weak")
_TELLING = _LAYERS.union(("negator", "unreal", "hypothetical"))

Floats = NDArray[np.float64]


@registry.misc("voc.promise_head.v1")
def read_promise_head(name: str) -> LabelHeads:
    """Return the shipped head of that name, such as `promises_zh`."""
    return load_shared_heads(MODEL_DIR / f"{name}.npz")


@Language.factory(
    "voc_promises",
    default_config={"head": None},
    requires=["doc._.opinion_units"],
    assigns=["doc._.opinion_units"],
)
def make_promises(
    nlp: Language, name: str, language: str, reach: int, head: LabelHeads | None
) -> PromiseMarker:
    """`reach`: how many units after a promise a mere 「结果…」 still counts as its breach.

    Without a head the words decide alone.
    """
    return PromiseMarker(language, reach, head)


def gather_evidence(units: Sequence[OpinionUnit], roles: Sequence[str]) -> Floats:
    """The head's inputs (units, EVIDENCE) from the cues of units and the roles that rules give."""
    evidence = np.zeros((len(units), len(EVIDENCE)))
    evidence[:, -1] = clip_rules(np.array([unit.rules.score for unit in units], dtype=float))
    for row, (unit, role) in enumerate(zip(units, roles, strict=True)):
        hits = unit.hits
        if _TELLING.isdisjoint(hits):  # most units
            continue
        evidence[row, :-1] = (
            *(min(len(hits.get(layer, ())), MOST_CUES) for layer in _COUNTED),
            "negator" in hits,
            "unreal" in hits or "hypothetical" in hits,
            role == PROMISE,
            role == BREACH,
        )
    return evidence


class PromiseMarker(BatchPipe):
    """Sets promise_role: `promise`, or `breach` (said, or a turn for the worse after a promise)."""

    def __init__(self, language: str, reach: int, head: LabelHeads | None = None) -> None:
        if head is not None:
            head.require(LABELS, EVIDENCE)
        self.language = language
        self.reach = reach
        self.head = head

    def read_batch(self, docs: Sequence[Doc]) -> None:
        """Set the role of each unit: by words, and by the head that hears them."""
        for doc in docs:
            self._follow_rules(doc.user_data[OPINION_UNITS])
        if self.head is None:
            return
        units = list_customer_units(docs)
        if not units:
            return
        evidence = gather_evidence(units, [unit.promise_role for unit in units])
        letters = take_scores(units, PROMISES, self.head)
        chances = self.head.calibrate(self.head.complete(letters, evidence))
        said = find_said(evidence, EVIDENCE, LABELS)
        roles = choose_supported(chances, said, self.head.thresholds)
        for unit, role in zip(units, roles.tolist(), strict=True):
            unit.promise_role = LABELS[role]

    def _follow_rules(self, units: Iterable[OpinionUnit]) -> None:
        """Judge units by their words, in reading order: a breach follows its promise."""
        since_promise: int | None = None
        for unit in units:
            if since_promise is not None:
                since_promise += 1
            if _LAYERS.isdisjoint(unit.hits):
                continue
            unit.promise_role = self.judge(unit, since_promise)
            if unit.promise_role == PROMISE:
                since_promise = 0

    def judge(self, unit: OpinionUnit, since_promise: int | None) -> str:
        """The role of a unit by its words; `since_promise` counts units since the last promise."""
        kept = unit.has("promise_kept")
        promised = unit.has("promise") and not kept
        followed = promised or (since_promise is not None and since_promise <= self.reach)
        if kept and not self._is_denied_kept(unit):
            return NONE
        if unit.has("breach") and (followed or self._is_strong_breach(unit)):
            return BREACH
        score = unit.rules.score
        if followed and not promised and unit.has("breach_weak") and score <= 0:
            return BREACH if score < 0 or unit.has("negator") else NONE
        if promised and not unit.has("unreal") and not unit.has("hypothetical"):
            # A promise told with blame and a turn is told because it was not kept.
            is_turned = score < 0 and unit.has("breach_weak") and unit.has("negator")
            return BREACH if is_turned else PROMISE
        return NONE

    def _is_denied_kept(self, unit: OpinionUnit) -> bool:
        """「没有说到做到」: a kept promise that is denied is a breach."""
        negators = unit.hits.get("negator", ())
        return any(
            count_negators(unit.cued_text, hit, negators, self.language) % 2
            for hit in unit.hits["promise_kept"]
        )

    @staticmethod
    def _is_strong_breach(unit: OpinionUnit) -> bool:
        return any(hit.strength > 2 for hit in unit.hits["breach"])
