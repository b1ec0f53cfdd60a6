"""What a large teacher says of public units that nobody has judged (`unit_examples/taught_*.npz`).

The texts belong to others, so a unit is known by the first 40 bits of its hash alone, and found
again in the public files. Chances take eight bits: a file has six bytes a unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp_jobs.training.unit_texts import EXAMPLES

Numbers = NDArray[np.float64]
HEXADECIMALS = 10  # of `hash_unit`: 40 bits
STEPS = 255  # of a chance
LEAST = 0.03  # chances below it are left out of an example


def shorten(unit_hash: str) -> int:
    """The number by which a file knows the unit of a hash (`unit_texts.hash_unit`)."""
    return int(unit_hash[:HEXADECIMALS], 16)


def write_taught(chances: Mapping[str, Numbers], labels: tuple[str, ...], path: Path) -> None:
    """Write the chances of each label by the hash of the unit."""
    found = {shorten(key): row for key, row in chances.items()}
    codes = np.array(sorted(found), dtype=np.uint64)
    steps = np.diff(codes, prepend=np.uint64(0)).astype(np.uint64)
    rows = np.array([found[code] for code in codes.tolist()])
    np.savez_compressed(
        path,
        labels=np.array(labels),
        # bytes of one place are alike: together they take less room
        steps=steps.view(np.uint8).reshape(len(steps), -1).T,
        chances=np.rint(rows * STEPS).astype(np.uint8).T,
    )


def read_taught(
    language: str, labels: tuple[str, ...], directory: Path = EXAMPLES
) -> dict[int, Numbers]:
    """The chances of each label by the shortened hash; none where there is no file.

    Raises `ValueError` for a file of other labels.
    """
    path = directory / f"taught_{language}.npz"
    if not path.is_file():
        return {}
    with np.load(path) as file:
        if tuple(file["labels"].tolist()) != labels:
            raise ValueError(f"{path} is about {', '.join(file['labels'])}: teach the units anew")
        steps = np.ascontiguousarray(file["steps"].T).view(np.uint64).ravel()
        chances = file["chances"].T / STEPS
    chances = chances / chances.sum(axis=1, keepdims=True)
    return dict(zip(np.cumsum(steps).tolist(), chances, strict=True))


def spread(
    chances: Numbers,
) -> tuple[NDArray[np.int64], NDArray[np.int64], Numbers]:
    """Unsure examples (texts, labels) as sure ones that weigh less: text, label, weight of each."""
    texts, labels = np.nonzero(chances >= LEAST)
    return texts, labels, chances[texts, labels]
