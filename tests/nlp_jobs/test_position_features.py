"""Features by place: stretches of a text read as if they stood there with their surroundings."""

import numpy as np
import pytest

from nlp_jobs.position_features import PositionFeatures

ZH = PositionFeatures((1, 2, 3), 12, keep_spaces=False)
EN = PositionFeatures((1, 2, 3), 12, keep_spaces=True)


def letters(features: PositionFeatures, text: str) -> str:
    read = features.read([text])
    return "".join(map(chr, read.codes[1:-1]))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("很 好", "很好"),
        ("太差了！！！！", "太差了!!"),
        ("等了１２３天", "等了0天"),
        ("ＯＫ", "ok"),
        ("🙄🙄🙄", "🙄🙄"),
        ("", ""),
    ],
)
def test_what_does_not_matter_is_folded(text: str, folded: str):
    assert letters(ZH, text) == folded


def test_blanks_stay_where_they_part_words():
    assert letters(EN, "Not  GOOD\n at all") == "not good at all"


def test_stretches_are_found_again_after_folding():
    read = ZH.read(["别的", "送得快，，，， 但是 1234 元太贵"])

    start, end = read.locate(np.array([1]), np.array([8]), np.array([19]))

    assert "".join(map(chr, read.codes[start[0] : end[0]])) == "但是0元太贵"


def test_clauses_stand_between_signs():
    read = ZH.read(["快，但是很贵！！下次", "好"])

    owners, starts, stops = read.clauses()

    assert owners.tolist() == [0, 0, 0, 1]
    found = ["".join(map(chr, read.codes[a:b])) for a, b in zip(starts, stops, strict=True)]
    assert found == ["\x02快,", "但是很贵!!", "下次\x03", "\x02好\x03"]


@pytest.mark.parametrize("features", [ZH, EN])
def test_no_ngram_reaches_into_the_next_text(features: PositionFeatures):
    def columns(texts: list[str], place: int) -> list[list[int]]:
        read = features.read(texts)
        start, stop = read.starts[place], read.stops[place]
        return [
            sorted(c for c in found[start : stop - reach].tolist() if c < features.width)
            for block in read.blocks()
            for reach, found in block
        ]

    together = columns(["很好 good", "差 bad stuff", ""], 1)

    assert together == columns(["差 bad stuff"], 0)
    assert together == columns(["", "差 bad stuff"], 1)
    assert columns(["", "好", "a"], 1) == columns(["好"], 0)


def test_known_words_give_the_same_columns_as_words_cut_anew():
    text = "客服态度很差 但是送货快"
    words = ["客服", "态度", "很差 ", "但是", "送货", "快"]

    known = [c.tolist() for block in ZH.read([text], [words]).blocks() for _, c in block]
    cut = [c.tolist() for block in ZH.read([text]).blocks() for _, c in block]

    assert known == cut
