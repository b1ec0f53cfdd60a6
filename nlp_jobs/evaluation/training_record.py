"""Which texts the shipped heads learned from, so that nobody measures them on these by mistake.

A record is a sorted list of hashes, one per text. Hashes are drawn from
a range `SPARSENESS` times as large as their number: a text that no head has seen is taken for a
seen one with probability 1 / `SPARSENESS`, and no text can be read back. Sorted hashes of a range
that tight need about two bytes each once their differences are compressed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp_jobs.text.clean import clean
from nlp_jobs.text.script import to_simplified

RECORD_FILE = Path(__file__).resolve().parent / "training_texts.npz"
SPARSENESS = 2**15
PLANES = 4  # bytes per difference, each byte place compressed on its own


def bare_text(text: str) -> str:
    """What makes texts the same: letters and digits, in lower case and simplified script.

    A text without any (emoji) stands for itself.
    """
    prepared = to_simplified(clean(text)).lower()
    return "".join(character for character in prepared if character.isalnum()) or prepared


def hash_text(text: str) -> int:
    """64 bits of a text without signs, blanks, case and script."""
    return int.from_bytes(hashlib.blake2b(bare_text(text).encode(), digest_size=8).digest(), "big")


class TrainingRecord:
    """The hashed training texts of each family of heads (sentiment, aspects, routing)."""

    def __init__(
        self, families: Mapping[str, NDArray[np.uint64]], sizes: Mapping[str, int]
    ) -> None:
        self._hashes = {name: frozenset(hashes.tolist()) for name, hashes in families.items()}
        self._sizes = dict(sizes)

    def has_seen(self, family: str, text: str) -> bool:
        """True when a head of the family learned from this text, or with chance 1 in 32,768."""
        size = self._sizes.get(family, 0)
        return size > 0 and hash_text(text) % (size * SPARSENESS) in self._hashes[family]

    def count(self, family: str) -> int:
        """How many texts the heads of a family learned from."""
        return self._sizes.get(family, 0)


def write_record(path: Path, texts: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """Write the record of each family's texts; returns the number of distinct texts of each."""
    arrays: dict[str, Any] = {}
    sizes = {}
    for family, found in texts.items():
        hashes = {hash_text(text) for text in found}
        sizes[family] = len(hashes)
        places = np.unique(
            np.array([value % (len(hashes) * SPARSENESS) for value in hashes], dtype=np.uint64)
        )
        steps = np.diff(places, prepend=np.uint64(0)).astype("<u8").view(np.uint8).reshape(-1, 8)
        if len(steps) and steps[:, PLANES:].any():
            raise ValueError(f"{family}: too few texts for a record")
        for plane in range(PLANES):
            arrays[f"{family}_{plane}"] = steps[:, plane].copy()
        arrays[f"{family}_size"] = np.int64(len(hashes))
    np.savez_compressed(path, **arrays)
    return sizes


def read_record(path: Path = RECORD_FILE) -> TrainingRecord:
    """Read a record that `write_record` wrote; without a file, nothing counts as seen."""
    families: dict[str, NDArray[np.uint64]] = {}
    sizes: dict[str, int] = {}
    if path.exists():
        with np.load(path, allow_pickle=False) as stored:
            names = [name.removesuffix("_size") for name in stored if name.endswith("_size")]
            for name in names:
                planes = [stored[f"{name}_{plane}"] for plane in range(PLANES)]
                steps = sum(
                    values.astype(np.uint64) << np.uint64(8 * plane)
                    for plane, values in enumerate(planes)
                )
                families[name] = np.cumsum(steps, dtype=np.uint64)
                sizes[name] = int(stored[f"{name}_size"])
    return TrainingRecord(families, sizes)


@lru_cache(maxsize=1)
def shipped_record() -> TrainingRecord:
    """The record of the weights that ship with the project."""
    return read_record()
