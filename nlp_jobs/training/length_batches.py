"""Random batches of texts of about the same length, for training with torch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

SHUFFLED = 50  # batches within which texts are sorted by length


def iter_batches(
    lengths: Sequence[int], size: int, random: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """Places of all texts once, at most `size` at a time."""
    order = random.permutation(len(lengths))
    counted = np.asarray(lengths)
    batches = []
    for start in range(0, len(order), size * SHUFFLED):
        part = order[start : start + size * SHUFFLED]
        part = part[np.argsort(counted[part], kind="stable")]
        batches += [part[place : place + size] for place in range(0, len(part), size)]
    for place in random.permutation(len(batches)):
        yield batches[place]
