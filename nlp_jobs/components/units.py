"""`voc_units`: splits a text into opinion units, each about one thing and of one mind.

Sentence ends always split, contrast words split where they open a clause, commas split only where
the touchpoint, the topic, the polarity or the side of a promise changes. Speaker turns never mix.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from spacy.language import Language
from spacy.tokens import Doc, Span

from nlp_jobs.components.opinion_unit import (
    CUE_HITS,
    OPINION_UNITS,
    OpinionUnit,
    read_source_text,
)
from nlp_jobs.lexicons.cues import Hit
from nlp_jobs.polarity_rules import SILENT, RuleReading, read_polarity
from nlp_jobs.taxonomy import Pack
from nlp_jobs.text.turns import iter_segments

# Patterns begin with a set and look back after it: a scan for a first character is several times
# faster than a try of every branch at each place.
_HARD_END = re.compile(
    r"[。！？!?；;…\n.~](?:(?<=[。！？!?；;…\n])[。！？!?；;…\n]*[”’」』\"')）]*"
    r"|(?<=\.)(?:(?<!\d\.)(?=\s|$)|(?=\s+[A-Z]))|(?<=~)~+)"
)
_SOFT_END = re.compile(
    r"[，,、：:\s](?:(?<=[，,、：:])|(?<=[\u4e00-\u9fff] )(?=[\u4e00-\u9fff])|(?<=\s)-+\s)"
)
# Both at once for texts without the signs of their other branches: a class is found much faster.
_PLAIN_END = re.compile(
    r"[，,、：:。！？!?；;…\n](?:(?<=[。！？!?；;…\n])[。！？!?；;…\n]*[”’」』\"')）]*)?"
)
_SOFT_SIGNS = frozenset("，,、：:")
# These contrast words split inside a clause too; the others only where a clause begins.
_CLAUSE_CONTRASTS = frozenset(("但是", "可是", "不过", "然而", "没想到", "but", "however"))
_LETTER = re.compile(r"\w", re.UNICODE)
_LAST_SIGN = 0x1F000  # what comes after is an emoji, which says something
_TRAILING = frozenset("，,、：:；;").union(filter(str.isspace, map(chr, range(0x3001))))
LONGEST_CLAUSE = 400  # characters
CLEAR_SCORE = 0.9  # rule score above which a clause praises; it blames below the negative of it
MIN_SPLIT = 4  # characters on both sides of a contrast word inside a clause

Hits = dict[str, list[Hit]]
Subject = tuple[str | None, str | None, str | None]  # touchpoint, topic, side of a promise
_NO_SUBJECT: Subject = (None, None, None)
_SUBJECT_LAYERS = frozenset(("topic", "touchpoint", "breach", "promise"))


@Language.factory(
    "voc_units", assigns=["doc._.opinion_units", "doc.spans"], requires=["doc._.cue_hits"]
)
def make_units(
    nlp: Language, name: str, pack: Pack, language: str, max_length: int, keep_spans: bool
) -> UnitSplitter:
    """`max_length`: from here on the next comma splits whatever stands around it (characters).

    `keep_spans`: also write doc.spans["units"]; the batch job does without, for speed.
    """
    return UnitSplitter(pack, language, max_length, keep_spans)


class UnitSplitter:
    """Writes the units of a doc to doc._.opinion_units and doc.spans["units"]."""

    def __init__(self, pack: Pack, language: str, max_length: int, keep_spans: bool) -> None:
        self.keep_spans = keep_spans
        self.language = language
        self.max_length = max_length
        self.topic_touchpoints = {topic.slug: topic.touchpoint for *_, topic in pack.iter_topics()}

    def __call__(self, doc: Doc) -> Doc:
        """Split one doc."""
        text = read_source_text(doc)
        found: Hits = doc.user_data[CUE_HITS]
        contrasts = found.get("contrast", ())
        segments = [
            (speaker, _cut_clauses(text, start, end, contrasts))
            for speaker, start, end in iter_segments(text)
        ]
        clauses = [clause for _, clauses in segments for clause in clauses]
        if found and clauses:
            _assign_hits(clauses, found)
        units = [
            unit
            for speaker, clauses in segments
            for joined in self._join(text, clauses)
            if (unit := self._make_unit(text, speaker, joined)) is not None
        ]
        doc.user_data[OPINION_UNITS] = units
        if self.keep_spans:
            spans = (
                doc.char_span(unit.char_start, unit.char_end, alignment_mode="expand")
                for unit in units
            )
            doc.spans["units"] = [span for span in spans if isinstance(span, Span)]
        return doc

    def _join(self, text: str, clauses: Sequence[Clause]) -> list[list[Clause]]:
        """The clauses of each unit: neighbours about one thing and of one mind."""
        units: list[list[Clause]] = []
        joined: list[Clause] = []
        subject: Subject | None = None
        for clause in clauses:
            # What a clause speaks of costs to find out and matters only where it may be joined.
            other = None
            if joined and not clause.opens_unit:
                subject = subject or self._read_subject(joined[0])
                other = self._read_subject(clause)
                is_long = clause.raw_end - joined[0].raw_start > self.max_length
                if not is_long and not _clash(subject, other) and self._agree(text, joined, clause):
                    joined.append(clause)
                    subject = _merge(subject, other)
                    continue
            joined, subject = [clause], other
            units.append(joined)
        return units

    def _read_subject(self, clause: Clause) -> Subject:
        """Touchpoint, topic and side of a promise, as far as the cues of the clause say."""
        hits = clause.hits
        if _SUBJECT_LAYERS.isdisjoint(hits):
            return _NO_SUBJECT
        topic = _strongest(hits["topic"]) if "topic" in hits else None
        touchpoint = _strongest(hits["touchpoint"]) if "touchpoint" in hits else None
        if topic is not None:
            touchpoint = self.topic_touchpoints.get(topic) or touchpoint
        role = "breach" if "breach" in hits else "promise" if "promise" in hits else None
        return touchpoint, topic, role

    def _agree(self, text: str, joined: Sequence[Clause], clause: Clause) -> bool:
        """False when the clause praises what the joined ones blame, or the other way round."""
        score = (clause.reading or self._read(text, clause))[0]
        if -CLEAR_SCORE <= score <= CLEAR_SCORE:
            return True
        for other in joined:
            before = (other.reading or self._read(text, other))[0]
            if before > CLEAR_SCORE or before < -CLEAR_SCORE:
                return (before > 0) == (score > 0)
        return True

    def _read(self, text: str, clause: Clause) -> RuleReading:
        """The rule reading of a clause, kept with it."""
        hits = clause.hits
        reading = clause.reading = read_polarity(text, hits, self.language) if hits else SILENT
        return reading

    def _make_unit(self, text: str, speaker: str, joined: Sequence[Clause]) -> OpinionUnit | None:
        """The unit of joined clauses; None when they hold nothing but signs."""
        start, end = joined[0].start, joined[-1].end
        said = text[start:end]
        if not (said[0].isalnum() or _LETTER.search(said)) and all(
            ord(sign) <= _LAST_SIGN for sign in said
        ):
            return None
        speaking = [clause for clause in joined if clause.hits]
        if not speaking:
            return OpinionUnit(speaker, start, end, said)
        if len(speaking) == 1:
            [only] = speaking
            return OpinionUnit(
                speaker, start, end, said, only.hits, only.reading or self._read(text, only), text
            )
        hits = speaking[0].hits.copy()
        for clause in speaking[1:]:
            for layer, found in clause.hits.items():
                hits[layer] = hits[layer] + found if layer in hits else found
        rules = read_polarity(text, hits, self.language)
        return OpinionUnit(speaker, start, end, said, hits, rules, text)


class Clause:
    """A stretch that is never split: text[start:end], with its cues as they stand in the text.

    `raw_start` and `raw_end` take in the blanks and commas around; `opens_unit` clauses never join
    what stands before them. `reading` is kept once the polarity rules read the clause.
    """

    __slots__ = ("end", "hits", "opens_unit", "raw_end", "raw_start", "reading", "start")

    def __init__(self, text: str, raw_start: int, raw_end: int, opens_unit: bool) -> None:
        self.raw_start, self.raw_end, self.opens_unit = raw_start, raw_end, opens_unit
        # to strip the characters one by one is faster than to cut the stretch out first
        while raw_end > raw_start and text[raw_end - 1] in _TRAILING:
            raw_end -= 1
        while raw_start < raw_end and text[raw_start].isspace():
            raw_start += 1
        self.start, self.end = raw_start, raw_end
        self.hits: Hits = {}
        self.reading: RuleReading | None = None


def _cut_clauses(text: str, start: int, end: int, contrasts: Sequence[Hit]) -> list[Clause]:
    """The clauses between start and end in reading order, those without content left out."""
    clauses: list[Clause] = []
    position, opens_unit = start, True
    for cut, opens_next in _find_cuts(text, start, end, contrasts):
        # Text without any sign is cut by length: no unit may grow with the text.
        while cut - position > LONGEST_CLAUSE:
            clauses.append(Clause(text, position, position + LONGEST_CLAUSE, opens_unit))
            position, opens_unit = position + LONGEST_CLAUSE, True
        clause = Clause(text, position, cut, opens_unit)
        if clause.start < clause.end:
            clauses.append(clause)
            opens_unit = opens_next
        elif opens_unit and not opens_next:
            continue  # signs that open a unit belong to what follows, as in 「:)」
        else:
            opens_unit = opens_unit or opens_next
        position = cut
    return clauses


def _find_cuts(
    text: str, start: int, end: int, contrasts: Sequence[Hit]
) -> Iterable[tuple[int, bool]]:
    """(end of a clause, whether the next one always begins a unit), in reading order."""
    if " " in text or "-" in text or "." in text or "~~" in text:
        cuts = {match.end(): False for match in _SOFT_END.finditer(text, start, end)}
        cuts.update((match.end(), True) for match in _HARD_END.finditer(text, start, end))
        is_in_order = False
    else:
        cuts = {
            match.end(): text[match.start()] not in _SOFT_SIGNS
            for match in _PLAIN_END.finditer(text, start, end)
        }
        is_in_order = not contrasts
    if contrasts:
        low, high = bisect_left(contrasts, (start + 1,)), bisect_left(contrasts, (end,))
        for hit in contrasts[low:high]:
            opens = hit.start in cuts or text[hit.start - 1] in " ，,、"
            inside = text[hit.start : hit.end].lower() in _CLAUSE_CONTRASTS
            if opens or (inside and hit.start - start >= MIN_SPLIT and end - hit.end >= MIN_SPLIT):
                cuts[hit.start] = True
    cuts[end] = True
    return cuts.items() if is_in_order else sorted(cuts.items())


def _assign_hits(clauses: Sequence[Clause], found: Hits) -> None:
    """Give each clause the hits that begin in it."""
    if len(clauses) == 1:
        [only] = clauses
        if all(only.start <= hit[0] < only.end for hits in found.values() for hit in hits):
            only.hits = {layer: hits for layer, hits in found.items() if hits}
            return
    starts = [clause.start for clause in clauses]
    for layer, hits in found.items():
        for hit in hits:
            start = hit[0]
            clause = clauses[bisect_right(starts, start) - 1]
            # before the first clause `clause` is the last one, which begins later too
            if clause.start <= start < clause.end:
                own = clause.hits
                if layer in own:
                    own[layer].append(hit)
                else:
                    own[layer] = [hit]


def _clash(subject: Subject, other: Subject) -> bool:
    """True when both name different things."""
    if subject is _NO_SUBJECT or other is _NO_SUBJECT:
        return False
    for mine, its in zip(subject, other, strict=True):
        if mine is not None and its is not None and mine != its:
            return True
    return False


def _merge(subject: Subject, other: Subject) -> Subject:
    """The subject of both together; what was said first stays."""
    if other is _NO_SUBJECT:
        return subject
    return subject[0] or other[0], subject[1] or other[1], subject[2] or other[2]


def _strongest(hits: Sequence[Hit]) -> str | None:
    """The slug of the strongest, then longest, then first hit; weak hints alone do not count."""
    best, best_weight = None, (1.0, 0)
    for start, end, slug, strength in hits:
        if (strength, end - start) > best_weight and strength > 1:
            best, best_weight = slug, (strength, end - start)
    return best
