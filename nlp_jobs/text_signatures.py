"""Signatures by which near copies of a text are found: MinHash over letters, in bands.

Signs, blanks and case are left out. A text gets a `text_key` (equal texts have equal keys) and,
when it is long enough to be told from what others say by chance, `BANDS` band hashes: two texts
with a Jaccard similarity s of their shingles share at least one band with a probability of
1 - (1 - s**4)**16, that is 0.64 at s = 0.5 and 0.997 at s = 0.75.

Broder (1997), On the resemblance and containment of documents; MinHash by rensa.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import rensa
from numpy.typing import NDArray

from nlp_jobs.text.turns import iter_segments

BANDS, ROWS = 16, 4
MIN_WEIGHT = 16  # Chinese characters, or three times as many letters, that a near copy must have
LETTERS_PER_CHARACTER = 3
MAX_LETTERS = 4000  # the beginning decides: no text costs more than this
CHINESE_SHINGLE, LATIN_SHINGLE = 3, 5
_SIGNS = re.compile(r"[\W_]+")
_SEED = 20261122
_BAND_MULTIPLIERS = (
    np.random.default_rng(_SEED + 1).integers(0, 2**63, (BANDS, ROWS), dtype=np.uint64) * 2 + 1
)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Signature:
    """`text_key` is a signed 64-bit hash; `bands` are signed 32-bit, none for a short text."""

    text_key: int
    bands: tuple[int, ...]


def bare_text(redacted_text: str) -> str:
    """The letters and digits that the customer said, in small letters."""
    if not redacted_text.startswith("["):
        return _SIGNS.sub("", redacted_text.lower())
    said = (
        redacted_text[start:end]
        for speaker, start, end in iter_segments(redacted_text)
        if speaker == "customer"
    )
    return _SIGNS.sub("", "".join(said).lower())


def shingle_length(bare: str) -> int:
    """Characters per shingle: fewer where each character says more."""
    return LATIN_SHINGLE if _count_latin(bare) * 2 > len(bare) else CHINESE_SHINGLE


def is_long_enough(bare: str) -> bool:
    """False for texts so short that different people write the same."""
    latin = _count_latin(bare)
    return len(bare) - latin + latin / LETTERS_PER_CHARACTER >= MIN_WEIGHT


def _count_latin(bare: str) -> int:
    return len(bare) if bare.isascii() else len(bare.encode("ascii", "ignore"))


def similarity(first: str, second: str) -> float:
    """Jaccard similarity of the shingles of two bare texts, 0 to 1."""
    length = shingle_length(first)
    shingles = {first[place : place + length] for place in range(len(first) - length + 1)}
    others = {second[place : place + length] for place in range(len(second) - length + 1)}
    return len(shingles & others) / max(1, len(shingles | others))


def sign(redacted_texts: Sequence[str]) -> list[Signature]:
    """Signatures of many texts at once; a text without a letter gets the key of the empty text."""
    bare = [bare_text(text) for text in redacted_texts]
    keys = [
        int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)
        for text in bare
    ]
    bands: list[tuple[int, ...]] = [()] * len(bare)
    for length in (CHINESE_SHINGLE, LATIN_SHINGLE):
        places = [
            place
            for place, text in enumerate(bare)
            if is_long_enough(text) and shingle_length(text) == length
        ]
        if places:
            hashed = _hash_bands([bare[place][:MAX_LETTERS] for place in places], length)
            for place, row in zip(places, hashed.tolist(), strict=True):
                bands[place] = tuple(row)
    return [Signature(key, row) for key, row in zip(keys, bands, strict=True)]


def _hash_bands(texts: Sequence[str], length: int) -> NDArray[np.int32]:
    """One row of band hashes per text; each text has at least one shingle."""
    shingles = (
        [text[place : place + length] for place in range(len(text) - length + 1)] for text in texts
    )
    lowest = np.array(
        rensa.RMinHash.digests_from_token_sets(shingles, num_perm=BANDS * ROWS, seed=_SEED),
        dtype=np.uint64,
    )
    mixed = (lowest.reshape(-1, BANDS, ROWS) * _BAND_MULTIPLIERS).sum(axis=2, dtype=np.uint64)
    # the number of the band goes in, so that equal rows of different bands do not meet
    mixed = mixed * _SPREAD + np.arange(BANDS, dtype=np.uint64)
    return ((mixed * _SPREAD) >> np.uint64(32)).astype(np.uint32).view(np.int32)
