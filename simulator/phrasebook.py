"""The phrase files, ready to draw from.

Grammar of a phrase: `[a|b|]` draws one of the alternatives, `{slot}` is filled from the story.
An issue may be limited to what is said of certain goods or orders: `leak@washer,heater`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any, Protocol

import yaml

PHRASES_DIR = Path(__file__).parent / "phrases"
POLARITIES = ("negative", "positive", "neutral", "suggestion")

_ALTERNATIVES = re.compile(r"\[([^\[\]]*)\]")


class SlotSource(Protocol):
    """Gives the words for a slot name; raises `KeyError` for a name it does not know."""

    def __getitem__(self, name: str, /) -> str: ...


class PhraseError(ValueError):
    """A phrase file cannot be used; the message names the file and the entry."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A parsed phrase: fixed pieces and, between them, alternatives to draw from."""

    pieces: tuple[str | tuple[str, ...], ...]
    has_slots: bool

    def fill(self, rng: Random, slots: SlotSource) -> str:
        """Return one wording of the phrase."""
        text = "".join(
            piece if isinstance(piece, str) else piece[int(rng.random() * len(piece))]
            for piece in self.pieces
        )
        return text.format_map(slots) if self.has_slots else text


def parse_phrase(source: str) -> Phrase:
    """Return a phrase of the grammar above; raise `PhraseError` on unbalanced brackets."""
    if source.count("[") != source.count("]") or source.count("{") != source.count("}"):
        raise PhraseError(f"unbalanced brackets in {source!r}")
    pieces: list[str | tuple[str, ...]] = []
    for position, piece in enumerate(_ALTERNATIVES.split(source)):
        if position % 2:
            pieces.append(tuple(piece.split("|")))
        elif piece:
            pieces.append(piece)
    return Phrase(tuple(pieces), "{" in source)


_Issue = tuple[str, frozenset[str], tuple[Phrase, ...]]


@dataclass(frozen=True)
class TouchpointPhrases:
    """The phrases of one file: polarity -> (issue, limits, phrases)."""

    slug: str
    issues: Mapping[str, tuple[_Issue, ...]]
    english: Mapping[str, tuple[Phrase, ...]]
    _fitting: dict[tuple[str, frozenset[str], str | None], tuple[list[_Issue], list[int]]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def draw(
        self, polarity: str, traits: frozenset[str], rng: Random, issue: str | None = None
    ) -> tuple[str, Phrase]:
        """Return (issue, phrase) of a polarity that fits the traits of the order.

        `issue` asks for one issue; when none of its phrases fits, any issue may come.
        Raises `PhraseError` when the file has nothing for the polarity.
        """
        found = self._fitting.get((polarity, traits, issue))
        if found is None:
            found = self._fitting[polarity, traits, issue] = self._fit(polarity, traits, issue)
        wanted, weights = found
        name, _, phrases = rng.choices(wanted, cum_weights=weights)[0]
        return name, rng.choice(phrases)

    def _fit(
        self, polarity: str, traits: frozenset[str], issue: str | None
    ) -> tuple[list[_Issue], list[int]]:
        """Return the issues to draw from and their cumulated weights.

        Every phrase is as likely as any other, whatever the size of its issue.
        """
        fitting = [
            entry
            for entry in self.issues.get(polarity, ())
            if not entry[1] or not traits.isdisjoint(entry[1])
        ]
        wanted = [entry for entry in fitting if entry[0] == issue] or fitting
        if not wanted:
            raise PhraseError(f"phrases/{self.slug}.yml has no {polarity} phrase for {set(traits)}")
        return wanted, list(accumulate(len(entry[2]) for entry in wanted))

    def has(self, polarity: str) -> bool:
        """Whether the file has phrases of a polarity."""
        return bool(self.issues.get(polarity))


def _parse_all(sources: Iterable[object]) -> tuple[Phrase, ...]:
    return tuple(parse_phrase(str(source)) for source in sources)


def _read(name: str) -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with (PHRASES_DIR / f"{name}.yml").open(encoding="utf-8") as file:
        content = yaml.load(file, Loader=loader)
    if not isinstance(content, dict):
        raise PhraseError(f"phrases/{name}.yml must be a mapping")
    return content


@cache
def touchpoint_phrases(slug: str) -> TouchpointPhrases:
    """Return the phrases of a touchpoint or theme file."""
    content = _read(slug)
    issues = {}
    for polarity in POLARITIES:
        entries = []
        for key, sources in content.get(polarity, {}).items():
            name, _, limit = str(key).partition("@")
            limits = frozenset(limit.split(",")) if limit else frozenset()
            entries.append((name, limits, _parse_all(sources)))
        issues[polarity] = tuple(entries)
    english = {
        polarity: _parse_all(sources) for polarity, sources in content.get("english", {}).items()
    }
    return TouchpointPhrases(slug, issues, english)


def _parse_tree(node: object) -> Any:
    if isinstance(node, dict):
        return {str(key): _parse_tree(value) for key, value in node.items()}
    if isinstance(node, list):
        return _parse_all(node)
    return node


@cache
def phrase_tree(name: str) -> dict[str, Any]:
    """Return another phrase file as nested mappings whose leaves are tuples of phrases."""
    tree: dict[str, Any] = _parse_tree(_read(name))
    return tree


@cache
def touchpoint_slugs() -> tuple[str, ...]:
    """Return the slugs of all files that hold touchpoint or theme phrases."""
    return tuple(
        path.stem for path in sorted(PHRASES_DIR.glob("*.yml")) if "touchpoint" in _read(path.stem)
    )
