"""Trained heads: one weight per hashed n-gram, kept as a small npz file with its own facts.

A file holds `weights` (float16, 2**bits), `intercept`, and `facts` (JSON: feature settings,
calibration, metrics, training sets). Reading it needs numpy only.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp_jobs.features import HashedFeatures

MODEL_DIR = Path(__file__).resolve().parent / "models"


@dataclass(frozen=True)
class LinearHead:
    """A binary linear model over hashed n-grams; `facts` says where it comes from."""

    features: HashedFeatures
    weights: NDArray[np.float32]
    intercept: float
    facts: dict[str, Any]

    def score(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """The log-odds of the positive class for each text, all texts in one pass."""
        if not texts:
            return np.zeros(0)
        rows, columns = self.features.hash(texts)
        counts = np.bincount(rows, minlength=len(texts))
        sums = np.bincount(rows, weights=self.weights[columns], minlength=len(texts))
        return sums / np.sqrt(np.maximum(counts, 1)) + self.intercept

    def save(self, path: Path) -> None:
        """Write the npz file; half precision is enough for weights of n-grams."""
        facts = {
            **self.facts,
            "features": {
                "orders": list(self.features.orders),
                "bits": self.features.bits,
                "keep_spaces": self.features.keep_spaces,
            },
        }
        np.savez_compressed(
            path,
            weights=self.weights.astype(np.float16),
            intercept=np.float64(self.intercept),
            facts=np.array(json.dumps(facts, ensure_ascii=False, sort_keys=True)),
        )


def load_head(path: Path) -> LinearHead:
    """Read a head that `LinearHead.save` wrote; a missing file is a `FileNotFoundError`."""
    with np.load(path, allow_pickle=False) as stored:
        facts = json.loads(str(stored["facts"]))
        settings = facts["features"]
        return LinearHead(
            features=HashedFeatures(
                tuple(settings["orders"]), settings["bits"], settings["keep_spaces"]
            ),
            weights=stored["weights"].astype(np.float32),
            intercept=float(stored["intercept"]),
            facts=facts,
        )


def hash_file(path: Path) -> str:
    """Eight hexadecimal digits of the file's content, for pipeline versions."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]
