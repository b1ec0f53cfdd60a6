"""`voc_promises`: which units quote a promise, and which say that it was not kept."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from nlp_jobs.components.opinion_unit import OPINION_UNITS, OpinionUnit
from nlp_jobs.polarity_rules import count_negators

_LAYERS = frozenset(("promise", "promise_kept", "breach", "breach_weak"))


@Language.factory("voc_promises", requires=["doc._.opinion_units"], assigns=["doc._.opinion_units"])
def make_promises(nlp: Language, name: str, language: str, reach: int) -> PromiseMarker:
    """`reach`: how many units after a promise a mere 「结果…」 still counts as its breach."""
    return PromiseMarker(language, reach)


class PromiseMarker:
    """Sets promise_role: `promise`, or `breach` (said, or a turn for the worse after a promise)."""

    def __init__(self, language: str, reach: int) -> None:
        self.language = language
        self.reach = reach

    def __call__(self, doc: Doc) -> Doc:
        """Judge the units in reading order: a breach follows its promise."""
        since_promise: int | None = None
        for unit in doc.user_data[OPINION_UNITS]:
            if since_promise is not None:
                since_promise += 1
            if _LAYERS.isdisjoint(unit.hits):
                continue
            unit.promise_role = self.judge(unit, since_promise)
            if unit.promise_role == "promise":
                since_promise = 0
        return doc

    def judge(self, unit: OpinionUnit, since_promise: int | None) -> str:
        """The role of one unit; `since_promise` counts units since the last promise, if any."""
        kept = unit.has("promise_kept")
        promised = unit.has("promise") and not kept
        followed = promised or (since_promise is not None and since_promise <= self.reach)
        if kept and not self._is_denied_kept(unit):
            return "none"
        if unit.has("breach") and (followed or self._is_strong_breach(unit)):
            return "breach"
        score = unit.rules.score
        if followed and not promised and unit.has("breach_weak") and score <= 0:
            return "breach" if score < 0 or unit.has("negator") else "none"
        if promised and not unit.has("unreal") and not unit.has("hypothetical"):
            # A promise told with blame and a turn is told because it was not kept.
            is_turned = score < 0 and unit.has("breach_weak") and unit.has("negator")
            return "breach" if is_turned else "promise"
        return "none"

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
