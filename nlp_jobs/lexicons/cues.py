"""All cues of a language and a pack in one automaton: one pass over a text finds them all.

A cue belongs to a layer (a vocabulary such as `touchpoint`, or a role such as `negator`) and a
slug of it. Within a layer the longest cue wins, across layers cues do not disturb each other;
`EXCEPT` is the slug of phrases that only keep shorter cues of their layer from counting.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
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
        "faultless": lexicon.faultless,
        "better_than": lexicon.better_than,
        "worse_than": lexicon.worse_than,
        "competitor_preferred": lexicon.competitor_preferred,
    }
    for role, texts in roles.items():
        for text in texts:
            yield Cue(text, role, role, STRENGTHS["plain"])
    for text in lexicon.not_negators:
        yield Cue(text, "negator", EXCEPT, 0.0)
    for vocabulary, slugs in lexicon.signals.items():
        for slug, cues in slugs.items():
            yield from _iter_cues(cues, vocabulary, slug)


def iter_pack_cues(pack: Pack, departments: Departments, language: str) -> Iterator[Cue]:
    """Cues of an industry: touchpoints, topics, departments, competitors, its own signals."""
    owners = pack.owners()
    layers: dict[str, Iterable[CuedValue]] = {
        "touchpoint": (touchpoint for _, touchpoint in pack.iter_touchpoints()),
        "topic": (topic for _, _, topic in pack.iter_topics()),
        "department": (unit for unit in departments.departments if unit.slug in owners),
        "competitor": pack.competitors,
    }
    for layer, values in layers.items():
        for value in values:
            if language in value.cues:
                yield from _iter_cues(value.cues[language], layer, value.slug)
    for vocabulary, slugs in pack.signals.items():
        for slug, by_language in slugs.items():
            if language in by_language:
                yield from _iter_cues(by_language[language], vocabulary, slug)


def _iter_cues(cues: Cues, layer: str, slug: str) -> Iterator[Cue]:
    for strength, text in cues.all():
        yield Cue(text, layer, slug, STRENGTHS[strength])
    for text in cues.except_:
        yield Cue(text, layer, f"{EXCEPT}:{slug}", 0.0)


class _Entry(NamedTuple):
    """What a cue means, and what must follow its head where it has a gap."""

    layer: str
    slug: str
    strength: float
    gap: re.Pattern[str] | None


class CueFinder:
    """Finds cues in texts; built once per language and pack, then read-only."""

    def __init__(self, cues: Iterable[Cue], language: str) -> None:
        entries: list[list[_Entry]] = []
        positions: dict[str, int] = {}
        for cue in dict.fromkeys(cues):
            text = lower(cue.text)
            head = text.split(GAP)[0]
            gap = _compile_gap(text, GAP_LENGTH.get(language, 10)) if GAP in text else None
            if head not in positions:
                positions[head] = len(entries)
                entries.append([])
            entries[positions[head]].append(_Entry(cue.layer, cue.slug, cue.strength, gap))
        heads = list(positions)
        self._entries = entries
        self._guard_left = [head[0].isascii() and head[0].isalnum() for head in heads]
        self._guard_right = [head[-1].isascii() and head[-1].isalnum() for head in heads]
        # Most heads count wherever they stand; the others and exceptions (null here) are looked at
        # closer.
        self._free = [
            None
            if left or right or any(entry.gap or not entry.strength for entry in found)
            else [(entry.layer, entry.slug, entry.strength) for entry in found]
            for left, right, found in zip(self._guard_left, self._guard_right, entries, strict=True)
        ]
        self._automaton = ahocorasick_rs.AhoCorasick(
            heads, implementation=ahocorasick_rs.Implementation.ContiguousNFA
        )

    def find(self, text: str) -> dict[str, list[Hit]]:
        """Return the hits of each layer in reading order, without those inside longer ones."""
        return self.find_many([text])[0]

    def find_many(self, texts: Sequence[str]) -> list[dict[str, list[Hit]]]:
        """The hits of each text: one pass over all of them joined is faster than one for each."""
        lengths = [len(text) for text in texts]
        lowered = lower_joined(texts)
        limits = list(accumulate(length + 1 for length in lengths))
        results: list[dict[str, list[Hit]]] = [{} for _ in texts]
        # which layers of which texts hold hits that may lie inside others
        crowded: set[tuple[int, str]] = set()
        found: dict[str, list[Hit]] = {}
        number, offset, limit = 0, 0, 0
        free, make = self._free, tuple.__new__
        for index, start, end in self._automaton.find_matches_as_indexes(lowered, overlapping=True):
            if end >= limit:
                number = bisect_right(limits, start)
                found, limit = results[number], limits[number]
                offset = limit - 1 - lengths[number]
                if end >= limit:
                    continue  # a cue that holds a line end, over two texts
            meanings = free[index]
            if meanings is not None:
                begin, stop = start - offset, end - offset
                for layer, slug, strength in meanings:
                    hit = make(Hit, (begin, stop, slug, strength))
                    if layer in found:
                        hits = found[layer]
                        if begin < hits[-1][1]:
                            crowded.add((number, layer))
                        hits.append(hit)
                    else:
                        found[layer] = [hit]
            else:
                for entry, stop in self._look_around(index, lowered, start, end):
                    hit = Hit(start - offset, stop - offset, entry.slug, entry.strength)
                    found.setdefault(entry.layer, []).append(hit)
                    crowded.add((number, entry.layer))
        for number, layer in crowded:
            results[number][layer] = _drop_inner(results[number][layer])
        return results

    def _look_around(
        self, index: int, lowered: str, start: int, end: int
    ) -> Iterator[tuple[_Entry, int]]:
        """Yield the entries of a head that hold here, each with its end."""
        if self._guard_left[index] and start and _is_word(lowered[start - 1]):
            return
        for entry in self._entries[index]:
            if entry.gap is not None:
                match = entry.gap.match(lowered, start)
                if match is not None:
                    yield entry, match.end()
            elif not (self._guard_right[index] and end < len(lowered) and _is_word(lowered[end])):
                yield entry, end


def lower_joined(texts: Sequence[str]) -> str:
    """The texts in lower case, one line each, without changing the length of any."""
    joined = "\n".join(texts)
    lowered = joined.lower()
    return lowered if len(lowered) == len(joined) else "\n".join(map(lower, texts))


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


def _drop_inner(hits: list[Hit]) -> list[Hit]:
    """The same as `_keep_longest`, mostly without sorting.

    Hits come by their ends, so that what comes later can only hold what came before.
    """
    kept: list[Hit] = []
    for hit in hits:
        start, end, _, strength = hit
        if not strength or (kept and end < kept[-1][1]):
            return list(_keep_longest(hits))
        while kept:
            last_start, last_end, _, _ = kept[-1]
            if last_start < start:
                if last_end < end:
                    kept.append(hit)
                break
            if last_start == start and last_end == end:
                kept.append(hit)
                break
            kept.pop()
        else:
            kept.append(hit)
    return kept


def _keep_longest(hits: list[Hit]) -> Iterator[Hit]:
    """Drop hits that lie inside a longer one, and all exceptions; equal spans all stay.

    An exception of one slug (`except:slug`) hides only that slug's cues.
    """
    hits.sort(key=_place_in_reading)
    reach, reach_start = -1, -1
    exceptions: list[Hit] = []
    for hit in hits:
        start, end, slug, strength = hit
        if not strength and slug != EXCEPT:
            exceptions.append(hit)
            continue
        if exceptions:
            hidden = f"{EXCEPT}:{slug}"
            if any(e[2] == hidden and e[0] <= start and end <= e[1] for e in exceptions):
                continue
        if end <= reach and not (start == reach_start and end == reach):
            continue
        if end > reach:
            reach, reach_start = end, start
        if strength:
            yield hit


def _place_in_reading(hit: Hit) -> tuple[int, int]:
    start, end, _, _ = hit
    return start, -end
