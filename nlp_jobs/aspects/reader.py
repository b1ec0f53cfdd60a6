"""Which aspects a text speaks of, and how: `AspectReader`.

    reader = AspectReader("restaurant_zh")
    [[Aspect("Food#Taste", 0.97, 1, 0.91), ...]] = reader.read(["味道很好，就是上菜太慢"])

Readers that ship: `automotive_zh` (10 aspects), `ecommerce_zh` (13), `restaurant_zh` (18).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlp_jobs.aspects.learned import LearnedAspects
from nlp_jobs.aspects.worded import WordedAspects
from nlp_jobs.heads import MODEL_DIR
from nlp_jobs.label_heads import load_label_heads
from nlp_jobs.text.clean import clean
from nlp_jobs.text.script import to_simplified

POLARITIES = (-1, 0, 1)
AspectModel = LearnedAspects | WordedAspects


class Aspect(NamedTuple):
    """One aspect of a text: how sure it is there, what is said of it (1, 0, -1), how sure."""

    label: str
    confidence: float
    polarity: int | None
    polarity_confidence: float | None


class AspectReader:
    """Reads aspects with the heads of one domain; `directory` holds other weights than shipped."""

    def __init__(self, name: str, directory: Path = MODEL_DIR) -> None:
        self.name = name
        self.model = load_aspect_model(name, directory)
        self.labels = self.model.labels

    def read(self, texts: Sequence[str]) -> list[list[Aspect]]:
        """The aspects of each text, surest first.

        Where all texts of training spoke of something, the likeliest label is given even if it
        is below its threshold; its confidence says so.
        """
        prepared = [prepare(text) for text in texts]
        found = self.model.presence(prepared)
        chosen = found >= self.model.thresholds
        if self.model.facts["always_answers"]:
            chosen |= mark_best(found)
        numbers, places = np.nonzero(chosen)
        verdicts = self._judge([prepared[number] for number in numbers], places)
        aspects: list[list[Aspect]] = [[] for _ in texts]
        for number, place, (polarity, sure) in zip(numbers, places, verdicts, strict=True):
            confidence = round(float(found[number, place]), 3)
            aspects[number].append(Aspect(self.labels[place], confidence, polarity, sure))
        return [sorted(found, key=lambda aspect: -aspect.confidence) for found in aspects]

    def read_polarity(self, texts: Sequence[str], labels: Sequence[str]) -> list[Aspect]:
        """What each text says of the label beside it, whether it is found there or not.

        Raises `ValueError` for a label that the reader does not know.
        """
        unknown = sorted(set(labels) - set(self.labels))
        if unknown:
            raise ValueError(f"{self.name} knows no aspect {', '.join(unknown)}")
        prepared = [prepare(text) for text in texts]
        places = np.array([self.labels.index(label) for label in labels], dtype=np.int64)
        unique = list(dict.fromkeys(prepared))
        rows = dict(zip(unique, self.model.presence(unique), strict=True))
        return [
            Aspect(label, round(float(rows[text][place]), 3), polarity, sure)
            for text, label, place, (polarity, sure) in zip(
                prepared, labels, places, self._judge(prepared, places), strict=True
            )
        ]

    def _judge(self, texts: Sequence[str], places: NDArray[np.int64]) -> list[tuple[int, float]]:
        if not texts:
            return []
        chances = self.model.polarity(texts, places.tolist())
        return [
            (POLARITIES[best], round(float(row[best]), 3))
            for best, row in zip(chances.argmax(axis=1), chances, strict=True)
        ]


def mark_best(chances: NDArray[np.float64]) -> NDArray[np.bool_]:
    """True at the likeliest label of each text, (texts, labels)."""
    best = np.zeros(chances.shape, dtype=bool)
    best[np.arange(len(chances)), chances.argmax(axis=1)] = True
    return best


def prepare(text: str) -> str:
    """Clean and simplify a text as the heads were trained on it."""
    return to_simplified(clean(text))


@lru_cache(maxsize=8)
def load_aspect_model(name: str, directory: Path = MODEL_DIR) -> AspectModel:
    """The heads of one domain; an unknown name is a `ValueError` that lists what there is."""
    stem = f"aspects_{name}"
    path = directory / f"{stem}.npz"
    if not path.exists():
        raise ValueError(f"no aspect reader {name!r}; there are {', '.join(list_readers())}")
    if load_label_heads(path).facts["method"] == "worded":
        return WordedAspects.load(directory, stem)
    return LearnedAspects.load(directory, stem)


def list_readers(directory: Path = MODEL_DIR) -> list[str]:
    """The names of the readers whose heads are at hand, sorted."""
    stems = (path.stem.removeprefix("aspects_") for path in directory.glob("aspects_*.npz"))
    parts = ("_units", "_clauses", "_polarity")
    return sorted(stem for stem in stems if not stem.endswith(parts))
