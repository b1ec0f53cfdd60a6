"""Linear heads with many labels: one npz file, one feature pass for all labels of a text.

A file is `single` (one label per text: routing) or `multiple` (any number: aspects). It holds the
weights of the n-grams that training kept (eight bits, nought where pruned), intercepts,
calibration, thresholds, and `facts` (JSON: settings, metrics, training sets). Reading it needs
numpy and scipy only.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix

from nlp_jobs.text_features import TextFeatures, read_settings, write_settings

Scores = NDArray[np.float64]
BATCH = 4096  # texts in one feature pass: bounds the memory of a call
SUPPORTED = 0.1  # the chance from which a label stands that rules say too


@dataclass(frozen=True)
class LabelHeads:
    """Linear models of several labels over the same hashed n-grams.

    `columns` (kept,) names the columns that have weights (kept, labels). `extra_weights`
    (extras, labels) weigh dense inputs such as rule hits, named by `extras`. `calibration`
    (2, labels) turns scores into the logits of probabilities, scale and offset per label.
    `thresholds` (labels,) are probabilities from which a label of a `multiple` head counts.
    """

    kind: Literal["single", "multiple"]
    labels: tuple[str, ...]
    features: TextFeatures
    columns: NDArray[np.int64]
    weights: NDArray[np.float32]
    intercepts: Scores
    calibration: Scores
    thresholds: Scores
    extras: tuple[str, ...] = ()
    extra_weights: NDArray[np.float32] = field(
        default_factory=lambda: np.zeros((0, 0), dtype=np.float32)
    )
    facts: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def _places(self) -> NDArray[np.int32]:
        """The row of `weights` for each column of the features, -1 where none was kept."""
        places = np.full(self.features.width, -1, dtype=np.int32)
        places[self.columns] = np.arange(len(self.columns), dtype=np.int32)
        return places

    def require(self, labels: tuple[str, ...], extras: tuple[str, ...]) -> None:
        """Raise `ValueError` unless the head answers with these labels from these inputs."""
        if (self.labels, self.extras) != (labels, extras):
            raise ValueError(
                f"a head for {labels} from {extras}, not for {self.labels} from {self.extras}"
            )

    def score(self, texts: Sequence[str], extra: NDArray[Any] | None = None) -> Scores:
        """Raw scores (texts, labels); `extra` (texts, extras) where the head has dense inputs.

        Raises `ValueError` when `extra` does not fit the head.
        """
        return self.complete(self.score_letters(texts), extra)

    def score_letters(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """What the n-grams alone score (texts, labels)."""
        scores = np.zeros((len(texts), len(self.labels)), dtype=np.float32)
        for start in range(0, len(texts), BATCH):
            part = texts[start : start + BATCH]
            scores[start : start + BATCH] = self._score_words(part)
        return scores

    def complete(self, letters: NDArray[Any], extra: NDArray[Any] | None = None) -> Scores:
        """Add intercepts and dense inputs (texts, extras) to what the n-grams score.

        Raises `ValueError` when `extra` does not fit the head.
        """
        scores: Scores = letters + self.intercepts
        if self.extras or extra is not None:
            expected = (len(letters), len(self.extras))
            if extra is None or extra.shape != expected:
                found = None if extra is None else extra.shape
                raise ValueError(f"extra inputs {self.extras}: expected {expected}, got {found}")
            scores += extra @ self.extra_weights
        return scores

    def _score_words(self, texts: Sequence[str]) -> NDArray[np.float32]:
        scores = np.zeros((len(texts), len(self.labels)), dtype=np.float32)
        for rows, columns, values in self.features.read(texts):
            places = self._places.take(columns)
            kept = np.flatnonzero(places >= 0)
            entries = (values[kept], (rows[kept], places[kept]))
            # the entries need no order for this, and to sort them costs more than to weigh them
            scores += coo_matrix(entries, (len(texts), len(self.columns))) @ self.weights
        return scores

    def probabilities(self, texts: Sequence[str], extra: NDArray[Any] | None = None) -> Scores:
        """Calibrated probabilities (texts, labels); rows of a `single` head add up to 1."""
        return self.calibrate(self.score(texts, extra))

    def calibrate(self, scores: Scores) -> Scores:
        """Scores (texts, labels) to probabilities: softmax or one logistic curve per label."""
        logits = scores * self.calibration[0] + self.calibration[1]
        if self.kind == "multiple":
            return 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def predict(
        self, texts: Sequence[str], extra: NDArray[Any] | None = None
    ) -> list[list[tuple[str, float]]]:
        """(label, probability) pairs of each text, best first.

        Exactly one for a `single` head; those at or above their threshold for a `multiple` one.
        """
        found = self.probabilities(texts, extra)
        if self.kind == "single":
            best = found.argmax(axis=1)
            return [
                [(self.labels[place], float(row[place]))]
                for place, row in zip(best, found, strict=True)
            ]
        predictions: list[list[tuple[str, float]]] = [[] for _ in texts]
        for number, place in zip(*np.nonzero(found >= self.thresholds), strict=True):
            predictions[number].append((self.labels[place], float(found[number, place])))
        return [sorted(pairs, key=lambda pair: -pair[1]) for pairs in predictions]

    def save(self, path: Path) -> None:
        """Write the npz file; eight bits are enough for weights of n-grams (`round_weights`)."""
        facts = {
            **self.facts,
            "kind": self.kind,
            "labels": list(self.labels),
            "extras": list(self.extras),
            "features": write_settings(self.features),
        }
        scales = _scale(self.weights)
        np.savez_compressed(
            path,
            # gaps between the kept columns are small numbers, which compress well
            gaps=np.diff(self.columns, prepend=0).astype(np.uint32),
            weights=np.ascontiguousarray(np.rint(self.weights / scales).T.astype(np.int8)),
            scales=scales,
            intercepts=self.intercepts,
            calibration=self.calibration,
            thresholds=self.thresholds,
            extra_weights=self.extra_weights,
            facts=np.array(json.dumps(facts, ensure_ascii=False, sort_keys=True)),
        )


def load_label_heads(path: Path) -> LabelHeads:
    """Read heads that `LabelHeads.save` wrote; a missing file is a `FileNotFoundError`."""
    with np.load(path, allow_pickle=False) as stored:
        facts = json.loads(str(stored["facts"]))
        return LabelHeads(
            kind=facts.pop("kind"),
            labels=tuple(facts.pop("labels")),
            features=read_settings(facts.pop("features")),
            columns=np.cumsum(stored["gaps"].astype(np.int64)),
            weights=np.ascontiguousarray(stored["weights"].T * stored["scales"]),
            intercepts=stored["intercepts"],
            calibration=stored["calibration"],
            thresholds=stored["thresholds"],
            extras=tuple(facts.pop("extras")),
            extra_weights=stored["extra_weights"],
            facts=facts,
        )


def load_shared_heads(path: Path) -> LabelHeads:
    """The same heads for all that ask for the same file, as long as it stays as it is."""
    return _load_once(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _load_once(path: Path, changed: int) -> LabelHeads:
    return load_label_heads(path)


def find_said(
    evidence: NDArray[np.floating], extras: Sequence[str], labels: Sequence[str]
) -> NDArray[np.bool_]:
    """Which labels the rules say (units, labels): those with an input `rules say <label>`.

    `evidence` (units, extras) is what a head is told beside the letters.
    """
    said = np.zeros((len(evidence), len(labels)), dtype=bool)
    for place, label in enumerate(labels):
        if (name := f"rules say {label}") in extras:
            said[:, place] = evidence[:, extras.index(name)] > 0
    return said


def choose_supported(
    chances: NDArray[np.floating], said: NDArray[np.bool_], thresholds: NDArray[np.floating]
) -> NDArray[np.int64]:
    """The place (units,) of the likeliest label above its bar, or 0: the first label is none.

    `chances` (units, labels) of a head; `said` (units, labels): what rules say too, for which the
    bar is `SUPPORTED` instead of the label's threshold.
    """
    above = np.where(chances >= np.where(said, SUPPORTED, thresholds), chances, 0.0)
    above[:, 0] = 0
    # where nothing is above its bar the first place wins
    return above.argmax(axis=1)


def prune(
    weights: NDArray[np.floating], keep: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Keep the `keep` heaviest of all weights (columns, labels), as `columns` and `weights`.

    The rest is rounded as it is saved; columns that lose all their weights go.
    """
    sizes = np.abs(weights)
    if keep < sizes.size:
        limit = np.partition(sizes, sizes.size - keep, axis=None)[sizes.size - keep]
        weights = np.where(sizes >= max(limit, np.finfo(np.float32).tiny), weights, 0)
    rounded = round_weights(weights)
    columns = np.flatnonzero(rounded.any(axis=1))
    return columns, rounded[columns]


def round_weights(weights: NDArray[np.floating]) -> NDArray[np.float32]:
    """Weights (columns, labels) on 255 steps between the extremes of each label, as they are saved.

    What a head scores before it is saved is so what it scores after.
    """
    scales = _scale(weights)
    rounded: NDArray[np.float32] = np.rint(weights / scales).astype(np.float32) * scales
    return rounded


def _scale(weights: NDArray[np.floating]) -> NDArray[np.float32]:
    """The size of a step (labels,)."""
    heaviest = np.abs(weights).max(axis=0, initial=0)
    steps: NDArray[np.float32] = (np.maximum(heaviest, 1e-9) / 127).astype(np.float32)
    return steps
