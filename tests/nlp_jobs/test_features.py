"""What folding takes out of texts before their n-grams are hashed."""

import random
import re
import unicodedata

import numpy as np
import pytest

from nlp_jobs.features import SEPARATOR, HashedFeatures

CHINESE = HashedFeatures((1, 2), 12, keep_spaces=False)
ENGLISH = HashedFeatures((1, 2), 12, keep_spaces=True)
# full-width and compatibility forms, accents, Hangul parts, ligatures, emoji, repeats
SIGNS = "好差ab A１2３，！？：；（）…ＡｅÉe\u0301\u0301ﬁ㎡가\u1100\u1161\u11a8ﾊﾟ😀\t\n  --"


def fold_by_definition(text: str, keep_spaces: bool) -> str:
    folded = unicodedata.normalize("NFKC", text).lower()
    folded = re.sub(r"(.)\1{2,}", r"\1\1", re.sub(r"\d+", "0", folded))
    return (" " if keep_spaces else "").join(folded.split())


@pytest.mark.parametrize("features", [CHINESE, ENGLISH], ids=["zh", "en"])
def test_fast_folding_is_folding_by_definition(features: HashedFeatures):
    draw = random.Random(3)
    texts = ["".join(draw.choices(SIGNS, k=draw.randint(0, 14))) for _ in range(3000)]

    assert [features.fold(text) for text in texts] == [
        fold_by_definition(text, features.keep_spaces) for text in texts
    ]


@pytest.mark.parametrize("features", [CHINESE, ENGLISH], ids=["zh", "en"])
def test_texts_folded_together_are_those_folded_apart(features: HashedFeatures):
    texts = ["很好好好好！！！", "", "", "", "  Good  ", "１２３", ""]

    assert features.fold_all(texts).split(SEPARATOR) == [features.fold(text) for text in texts]


def test_empty_texts_in_a_row_keep_their_rows():
    rows, _ = CHINESE.hash(["好", "", "", "", "差"])

    # one sign and the marks around it make three n-grams of one and two of two letters
    assert np.bincount(rows, minlength=5).tolist() == [5, 3, 3, 3, 5]
