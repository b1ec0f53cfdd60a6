"""`voc_units`: splits a text into opinion units, each about one thing and of one mind.

Sentence ends always split, contrast words split where they open a clause, commas split only where
the touchpoint, the topic, the polarity or the side of a promise changes. Speaker turns never mix.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from spacy.language import Language
from spacy.tokens import Doc, Span

from nlp_jobs.components.opinion_unit import OpinionUnit
from nlp_jobs.lexicons.cues import Hit
from nlp_jobs.polarity_rules import read_polarity
from nlp_jobs.taxonomy import Pack
from nlp_jobs.text.turns import iter_segments

_HARD_END = re.compile(r"[。！？!?；;…\n]+[”’」』\"')）]*|(?<!\d)\.(?=\s|$)|\.(?=\s+[A-Z])|~{2,}")
_SOFT_END = re.compile(r"[，,、：:]|(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])|\s-+\s")
# These contrast words split inside a clause too; the others only where a clause begins.
_CLAUSE_CONTRASTS = frozenset(("但是", "可是", "不过", "然而", "没想到", "but", "however"))
_LETTER = re.compile(r"\w", re.UNICODE)
PROFILE_LAYERS = (
    "topic",
    "touchpoint",
    "polarity",
    "negator",
    "intensifier",
    "diminisher",
    "better_than",
    "worse_than",
    "competitor",
    "breach",
    "promise",
    "contrast",
)
LONGEST_CLAUSE = 400  # characters
MIN_SPLIT = 4  # characters on both sides of a contrast word inside a clause


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


@dataclass(frozen=True)
class Profile:
    """What a clause speaks of, as far as its cues say."""

    touchpoint: str | None
    topic: str | None
    polarity: int
    role: str | None

    def clashes(self, other: Profile) -> bool:
        """True when both name different things or are of two minds."""
        pairs = (
            (self.touchpoint, other.touchpoint),
            (self.topic, other.topic),
            (self.role, other.role),
        )
        if any(mine is not None and its is not None and mine != its for mine, its in pairs):
            return True
        return self.polarity * other.polarity < 0

    def merged(self, other: Profile) -> Profile:
        """The profile of both clauses together; what was said first stays."""
        return Profile(
            self.touchpoint or other.touchpoint,
            self.topic or other.topic,
            self.polarity or other.polarity,
            self.role or other.role,
        )


class UnitSplitter:
    """Writes the units of a doc to doc._.opinion_units and doc.spans["units"]."""

    def __init__(self, pack: Pack, language: str, max_length: int, keep_spans: bool) -> None:
        self.keep_spans = keep_spans
        self.language = language
        self.max_length = max_length
        self.topic_touchpoints = {topic.slug: topic.touchpoint for *_, topic in pack.iter_topics()}

    def __call__(self, doc: Doc) -> Doc:
        """Split one doc."""
        text = doc._.source_text
        units = []
        found = doc._.cue_hits
        hits = HitsByPosition({layer: found[layer] for layer in PROFILE_LAYERS if layer in found})
        for speaker, start, end in iter_segments(text):
            for unit_start, unit_end in self.split(text, start, end, hits):
                units.append(OpinionUnit(speaker, unit_start, unit_end, text[unit_start:unit_end]))
        _assign_hits(units, found)
        for unit in units:
            unit.rules = read_polarity(unit.text, unit.hits, self.language)
        doc._.opinion_units = units
        if self.keep_spans:
            spans = (
                doc.char_span(unit.char_start, unit.char_end, alignment_mode="expand")
                for unit in units
            )
            doc.spans["units"] = [span for span in spans if isinstance(span, Span)]
        return doc

    def split(
        self, text: str, start: int, end: int, hits: HitsByPosition
    ) -> Iterator[tuple[int, int]]:
        """Yield (start, end) of the units between start and end, white space trimmed."""
        if start >= end:
            return
        clauses = list(self._clauses(text, start, end, hits))
        unit_start, unit_end, profile = clauses[0][0], clauses[0][1], None
        for clause_start, clause_end, opens_unit in clauses[1:]:
            # Profiles cost the most here and matter only where a clause could be joined.
            found = None
            if not opens_unit:
                profile = profile or self._profile(text, hits.between(unit_start, unit_end))
                found = self._profile(text, hits.between(clause_start, clause_end))
            is_long = clause_end - unit_start > self.max_length
            if found is None or profile is None or is_long or profile.clashes(found):
                yield from _trim(text, unit_start, unit_end)
                unit_start, profile = clause_start, found
            else:
                profile = profile.merged(found)
            unit_end = clause_end
        yield from _trim(text, unit_start, unit_end)

    def _clauses(
        self, text: str, start: int, end: int, hits: HitsByPosition
    ) -> Iterator[tuple[int, int, bool]]:
        """Yield (start, end, always begins a unit) of the clauses in reading order."""
        cuts: dict[int, bool] = {}
        for match in _SOFT_END.finditer(text, start, end):
            cuts[match.end()] = False
        for match in _HARD_END.finditer(text, start, end):
            cuts[match.end()] = True
        for hit in hits.between(start + 1, end).get("contrast", ()):
            opens = hit.start in cuts or text[hit.start - 1] in " ，,、"
            inside = text[hit.start : hit.end].lower() in _CLAUSE_CONTRASTS
            if opens or (inside and hit.start - start >= MIN_SPLIT and end - hit.end >= MIN_SPLIT):
                cuts[hit.start] = True
        position, opens_unit = start, True
        for cut in [*sorted(cut for cut in cuts if start < cut < end), end]:
            # Text without any sign is cut by length: no unit may grow with the text.
            while cut - position > LONGEST_CLAUSE:
                yield position, position + LONGEST_CLAUSE, opens_unit
                position, opens_unit = position + LONGEST_CLAUSE, True
            yield position, cut, opens_unit
            position, opens_unit = cut, cuts.get(cut, False)

    def _profile(self, text: str, hits: Mapping[str, Sequence[Hit]]) -> Profile:
        topic = _strongest(hits.get("topic", ()))
        touchpoint = _strongest(hits.get("touchpoint", ()))
        if topic is not None:
            touchpoint = self.topic_touchpoints.get(topic) or touchpoint
        score = read_polarity(text, hits, self.language).score
        role = None
        if hits.get("breach"):
            role = "breach"
        elif hits.get("promise"):
            role = "promise"
        return Profile(touchpoint, topic, (score > 0.9) - (score < -0.9), role)


def _strongest(hits: Sequence[Hit]) -> str | None:
    """The slug of the strongest, then longest, then first hit; weak hints alone do not count."""
    best = max(hits, key=lambda hit: (hit.strength, hit.end - hit.start), default=None)
    return best.slug if best is not None and best.strength > 1 else None


def _trim(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The span without white space around and commas behind; nothing when only signs are left."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in "，,、：:；;"):
        end -= 1
    if _LETTER.search(text, start, end) or any(ord(sign) > 0x1F000 for sign in text[start:end]):
        yield start, end


class HitsByPosition:
    """Hits of all layers, cut to a stretch by binary search."""

    def __init__(self, hits: Mapping[str, Sequence[Hit]]) -> None:
        self._layers = {
            layer: (found, [hit.start for hit in found]) for layer, found in hits.items()
        }

    def between(self, start: int, end: int) -> dict[str, Sequence[Hit]]:
        """The hits that begin in text[start:end], by layer."""
        cut = {}
        for layer, (found, starts) in self._layers.items():
            part = found[bisect_right(starts, start - 1) : bisect_right(starts, end - 1)]
            if part:
                cut[layer] = part
        return cut


def _assign_hits(units: Sequence[OpinionUnit], hits: Mapping[str, Sequence[Hit]]) -> None:
    """Give each unit its hits, with positions counted from the start of the unit."""
    starts = [unit.char_start for unit in units]
    for layer, found in hits.items():
        for hit in found:
            index = bisect_right(starts, hit.start) - 1
            if index < 0 or hit.start >= units[index].char_end:
                continue
            offset = starts[index]
            moved = Hit(hit.start - offset, hit.end - offset, hit.slug, hit.strength)
            units[index].hits.setdefault(layer, []).append(moved)
