"""Polarity by rules: cue words with negation, double negation, degree, comparison, irony.

The rules read what a bag of n-grams cannot: who is compared with whom, what is only wished for,
what is meant the other way round. The trained head reads everything else; `components.polarity`
puts both together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from nlp_jobs.lexicons.cues import Hit

# A negator reaches this many characters to the right ("不|是很|好").
NEGATION_REACH = {"zh": 3, "en": 14}
DEGREE_REACH = {"zh": 2, "en": 10}
DENIED_PRAISE = -0.8  # 不好 is bad
DENIED_BLAME = 0.5  # 不差 is not yet good
DOUBLE_DENIAL = 0.3  # 不是不好 is half-hearted
_BREAKS = frozenset("，。！？!?；;,.、\n：:")


class RuleReading(NamedTuple):
    """`score` sums signed cue strengths; `count` says how many cues spoke; the flags say why a
    reading must overrule the trained head."""

    score: float
    count: int  # type: ignore[assignment]  # hides tuple.count, which nobody needs here
    double_negations: int = 0
    denied_praises: int = 0
    is_ironic: bool = False
    is_unreal: bool = False
    prefers_competitor: bool = False
    is_faultless: bool = False


SILENT = RuleReading(0.0, 0)
_SPEAKING = frozenset(
    (
        "polarity",
        "better_than",
        "worse_than",
        "irony",
        "unreal",
        "competitor_preferred",
        "faultless",
    )
)
# What changes the worth of a polarity cue near it.
_MOVING = frozenset(("negator", "intensifier", "diminisher"))
_NO_FLAGS = (False, False, False, False)
# Without any of these a reading is a score only.
_SIDING = frozenset(
    (
        "better_than",
        "worse_than",
        "irony",
        "unreal",
        "competitor",
        "competitor_preferred",
        "faultless",
    )
)


def read_polarity(text: str, hits: Mapping[str, Sequence[Hit]], language: str) -> RuleReading:
    """Read the polarity cues of one stretch; hit positions refer to `text`.

    `text` may be longer than the stretch: only what stands between the hits is looked at.
    """
    if _SPEAKING.isdisjoint(hits):
        return SILENT
    is_siding = not _SIDING.isdisjoint(hits)
    comparisons, compared = _read_comparisons(hits) if is_siding else ((), ())
    if compared or not _MOVING.isdisjoint(hits):
        score, count, double, denied = _weigh_cues(text, hits, compared, language)
    else:  # most stretches
        score, count, double, denied = _add_cues(hits.get("polarity", ()))
    if not is_siding:
        # as RuleReading(score, count, double, denied), for a third of the time
        return tuple.__new__(RuleReading, (score, count, double, denied, *_NO_FLAGS))
    return RuleReading(
        score + sum(comparisons),
        count + len(comparisons),
        double,
        denied,
        bool(hits.get("irony")),
        bool(hits.get("unreal")),
        _prefers_competitor(hits, comparisons),
        bool(hits.get("faultless")),
    )


def _add_cues(cues: Sequence[Hit]) -> tuple[float, int, int, int]:
    """What `_weigh_cues` gives where nothing denies or weighs the cues."""
    score = 0.0
    for _, _, slug, strength in cues:
        score += strength if slug == "positive" else -strength
    return score, len(cues), 0, 0


def _weigh_cues(
    text: str,
    hits: Mapping[str, Sequence[Hit]],
    compared: Sequence[tuple[int, int]],
    language: str,
) -> tuple[float, int, int, int]:
    """Score and number of the polarity cues, of double denials and of denied praises."""
    negators = hits.get("negator")
    intensifiers, diminishers = hits.get("intensifier", ()), hits.get("diminisher", ())
    reach = DEGREE_REACH[language]
    score, count, double, denied = 0.0, 0, 0, 0
    for hit in hits.get("polarity", ()):
        if compared and _lies_inside(hit, compared):
            continue  # the comparison says whose merit it is
        start, _, slug, strength = hit
        value = strength if slug == "positive" else -strength
        if negators and (denials := count_negators(text, hit, negators, language)):
            if slug == "negative" and _opens_with_negator(text, hit, language):
                denials += 1  # 「不是|不好」: the cue holds a negator of its own
            if denials == 1:
                denied += value > 0
                value *= DENIED_PRAISE if value > 0 else -DENIED_BLAME
            else:
                value *= DOUBLE_DENIAL
                double += 1
        for _, end, _, _ in intensifiers:
            if start - reach <= end <= start:
                value *= 1.4
                break
        for _, end, _, _ in diminishers:
            if start - reach <= end <= start:
                value *= 0.6
                break
        score += value
        count += 1
    return score, count, double, denied


def count_negators(text: str, hit: Hit, negators: Sequence[Hit], language: str) -> int:
    """How many negators stand in a row before the hit, each within reach of the next."""
    reach = NEGATION_REACH[language]
    position, count = hit.start, 0
    for start, end, _, _ in reversed(negators):
        if end > position:
            continue
        if position - end > reach:
            break
        if position > end and not _BREAKS.isdisjoint(text[end:position]):
            break
        position, count = start, count + 1
    return count


def is_denied(text: str, hit: Hit, negators: Sequence[Hit], language: str) -> bool:
    """True when an odd number of negators stands before the hit."""
    return count_negators(text, hit, negators, language) % 2 == 1


def _prefers_competitor(hits: Mapping[str, Sequence[Hit]], comparisons: Sequence[float]) -> bool:
    """True when a rival is named and said to be better."""
    if not hits.get("competitor"):
        return False
    return bool(hits.get("competitor_preferred")) or any(value < 0 for value in comparisons)


def _lies_inside(hit: Hit, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= hit.start and hit.end <= end for start, end in spans)


def _opens_with_negator(text: str, hit: Hit, language: str) -> bool:
    cue = text[hit.start : hit.end].lower()
    return cue[0] in "不没无未" if language == "zh" else cue.startswith(("not ", "no ", "un"))


def _read_comparisons(
    hits: Mapping[str, Sequence[Hit]],
) -> tuple[Sequence[float], Sequence[tuple[int, int]]]:
    """+2 where we win, -2 where we lose, and where it stands.

    The winner is named first: 「京东比你们便宜」 is no praise of us.
    """
    if "better_than" not in hits and "worse_than" not in hits:
        return (), ()
    rivals = hits.get("competitor", ())
    values: list[float] = []
    spans: list[tuple[int, int]] = []
    for layer, value in (("better_than", 2.0), ("worse_than", -2.0)):
        for hit in hits.get(layer, ()):
            rival_first = any(0 <= hit.start - rival.end <= 2 for rival in rivals)
            values.append(-value if rival_first else value)
            spans.append((hit.start, hit.end))
    return values, spans
