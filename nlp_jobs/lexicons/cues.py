"""All cues of a language and a pack in one automaton: one pass over a text finds them all.

A cue belongs to a layer (a vocabulary such as `touchpoint`, or a role such as `negator`) and a
slug of it. Within a layer the longest cue wins, across layers cues do not disturb each other;
`EXCEPT` is the slug of phrases that only keep shorter cues of their layer from counting.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import ahocorasick_rs

from nlp_jobs.lexicons.language import LanguageLexicon
from nlp_jobs.taxonomy import CuedValue, Cues, Departments, Pack

EXCEPT = "except"
STRENGTHS = {"strong": 3.0, "plain": 2.0, "weak": 1.0, EXCEPT: 0.0}
GAP = "…"
GAP_LENGTH = {"zh": 10, "en": 30}
SENTENCE_END = "。！？!?；;\n"


class Cue(NamedTuple):
    """A phrase and what it points to."""

    text: str
    layer: str
    slug: str
    strength: float


class Hit(NamedTuple):
    """A cue found at text[start:end]."""

    start: int
    end: int
    slug: str
    strength: float


def iter_language_cues(lexicon: LanguageLexicon) -> Iterator[Cue]:
    """Cues of the language: polarity, roles such as negators, and signals."""
    for slug in ("positive", "negative"):
        yield from _iter_cues(getattr(lexicon.polarity, slug), "polarity", slug)
    for text in lexicon.polarity.except_:
        yield Cue(text, "polarity", EXCEPT, 0.0)
    roles = {
        "negator": lexicon.negators,
        "intensifier": lexicon.intensifiers,
        "diminisher": lexicon.diminishers,
        "contrast": lexicon.contrasts,
        "irony": lexicon.irony,
        "unreal": lexicon.unreal,
        "better_than": lexicon.better_than,
        "worse_than": lexicon.worse_than,
        "competitor_preferred": lexicon.competitor_preferred,
    }
    for role, texts in roles.items():
        for text in texts:
            yield Cue(text, role, role, STRENGTHS["plain"])
    for vocabulary, slugs in lexicon.signals.items():
        for slug, cues in slugs.items():
            yield from _iter_cues(cues, vocabulary, slug)


def iter_pack_cues(pack: Pack, departments: Departments, language: str) -> Iterator[Cue]:
    """Cues of an industry: touchpoints, topics, departments, competitors, its own signals."""
    layers: dict[str, Iterable[CuedValue]] = {
        "touchpoint": (touchpoint for _, touchpoint in pack.iter_touchpoints()),
        "topic": (topic for _, _, topic in pack.iter_topics()),
        "department": departments.departments,
        "competitor": pack.competitors,
    }
    for layer, values in layers.items():
        for value in values:
            if language in value.cues:
                yield from _iter_cues(value.cues[language], layer, value.slug)
    for vocabulary, slugs in pack.signals.items():
        for slug, by_language in slugs.items():
            for text in by_language.get(language, ()):
                yield Cue(text, vocabulary, slug, STRENGTHS["plain"])


def _iter_cues(cues: Cues, layer: str, slug: str) -> Iterator[Cue]:
    for strength, text in cues.all():
        yield Cue(text, layer, slug, STRENGTHS[strength])
    for text in cues.except_:
        yield Cue(text, layer, f"{EXCEPT}:{slug}", 0.0)


class CueFinder:
    """Finds cues in texts; built once per language and pack, then read-only."""

    def __init__(self, cues: Iterable[Cue], language: str) -> None:
        self._entries: list[list[tuple[Cue, re.Pattern[str] | None]]] = []
        positions: dict[str, int] = {}
        for cue in dict.fromkeys(cues):
            text = lower(cue.text)
            head = text.split(GAP)[0]
            gap = _compile_gap(text, GAP_LENGTH.get(language, 10)) if GAP in text else None
            if head not in positions:
                positions[head] = len(self._entries)
                self._entries.append([])
            self._entries[positions[head]].append((cue, gap))
        self._heads = list(positions)
        self._guard_left = [head[0].isascii() and head[0].isalnum() for head in self._heads]
        self._guard_right = [head[-1].isascii() and head[-1].isalnum() for head in self._heads]
        self._automaton = ahocorasick_rs.AhoCorasick(
            self._heads, implementation=ahocorasick_rs.Implementation.ContiguousNFA
        )

    def find(self, text: str) -> dict[str, list[Hit]]:
        """Return the hits of each layer in reading order, without those inside longer ones."""
        lowered = lower(text)
        found: dict[str, list[Hit]] = defaultdict(list)
        for index, start, end in self._automaton.find_matches_as_indexes(lowered, overlapping=True):
            if self._guard_left[index] and start and _is_word(lowered[start - 1]):
                continue
            for cue, gap in self._entries[index]:
                stop = end
                if gap is not None:
                    match = gap.match(lowered, start)
                    if match is None:
                        continue
                    stop = match.end()
                elif self._guard_right[index] and stop < len(lowered) and _is_word(lowered[stop]):
                    continue
                found[cue.layer].append(Hit(start, stop, cue.slug, cue.strength))
        return {layer: list(_keep_longest(hits)) for layer, hits in found.items()}


def lower(text: str) -> str:
    """Lower case without changing the length (some letters have a longer lower form)."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)


def _is_word(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character == "'")


def _compile_gap(text: str, length: int) -> re.Pattern[str]:
    gap = f"[^{re.escape(SENTENCE_END)}]{{0,{length}}}?"
    return re.compile(gap.join(re.escape(part) for part in text.split(GAP)))


def _keep_longest(hits: list[Hit]) -> Iterator[Hit]:
    """Drop hits that lie inside a longer one, and all exceptions; equal spans all stay.

    An exception of one slug (`except:slug`) hides only that slug's cues.
    """
    hits.sort(key=lambda hit: (hit.start, -hit.end))
    reach, reach_start = -1, -1
    exceptions: list[Hit] = []
    for hit in hits:
        if hit.slug.startswith("except:"):
            exceptions.append(hit)
            continue
        if exceptions:
            slug = f"except:{hit.slug}"
            exceptions = [other for other in exceptions if other.end > hit.start]
            if any(
                o.slug == slug and o.start <= hit.start and hit.end <= o.end for o in exceptions
            ):
                continue
        inside = hit.end <= reach and not (hit.start == reach_start and hit.end == reach)
        if inside:
            continue
        if hit.end > reach:
            reach, reach_start = hit.end, hit.start
        if hit.slug != EXCEPT:
            yield hit
