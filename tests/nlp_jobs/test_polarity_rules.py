"""What denies a cue, and what only looks as if it did."""

from itertools import chain

import pytest

from nlp_jobs.lexicons.cues import CueFinder, iter_language_cues
from nlp_jobs.lexicons.language import load_lexicon
from nlp_jobs.polarity_rules import RuleReading, read_polarity


@pytest.fixture(scope="module")
def finders() -> dict[str, CueFinder]:
    return {
        language: CueFinder(chain(iter_language_cues(load_lexicon(language))), language)
        for language in ("zh", "en")
    }


def read(finders: dict[str, CueFinder], text: str) -> RuleReading:
    language = "en" if text.isascii() else "zh"
    return read_polarity(text, finders[language].find(text), language)


@pytest.mark.parametrize(
    "text",
    [
        "服务特别周到",
        "价格也特别划算",
        "我去别的店也很满意",
        "不仅清晰，而且好用",
        "不过好吃",
        "没想到这么满意",
        "不得不说很好用",
        "质量不错好用",
        "Not only friendly but quick",
        "No doubt excellent",
    ],
)
def test_words_that_look_like_negators_deny_nothing(finders: dict[str, CueFinder], text: str):
    reading = read(finders, text)

    assert reading.score > 0
    assert reading.denied_praises == reading.double_negations == 0


@pytest.mark.parametrize(
    "text", ["不是特别满意", "特别不好用", "没有特别满意", "Not friendly at all"]
)
def test_negators_beside_them_still_deny(finders: dict[str, CueFinder], text: str):
    reading = read(finders, text)

    assert reading.score < 0
    assert reading.double_negations == 0


def test_two_negators_in_a_row_leave_a_weak_feeling(finders: dict[str, CueFinder]):
    reading = read(finders, "不是不满意")

    assert reading.double_negations == 1
    assert abs(reading.score) < 1
