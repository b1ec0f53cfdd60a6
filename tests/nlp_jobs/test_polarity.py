"""Polarity where words alone mislead; every sentence here is a rule with a reason."""

import pytest


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("不好用", "negative"),
        ("不怎么好用", "negative"),
        ("没有异味，很满意", "positive"),
        ("没有任何问题，非常满意", "positive"),
        ("不是不好", "neutral"),
        ("比京东便宜多了，很划算", "positive"),
        ("京东比你们便宜多了", "negative"),
        ("还是京东靠谱，人家第二天就到", "negative"),
        ("真是醉了，服务可真好", "negative"),
        ("要是能便宜点就好了", "neutral"),
        ("质量太差了！！！", "negative"),
        ("爱不释手", "positive"),
        ("The app keeps crashing, useless", "negative"),
        ("Friendly staff, highly recommend", "positive"),
        ("Not good at all", "negative"),
    ],
)
def test_label(read, text: str, label: str):
    _, units = read(text)

    assert units[0]["sentiment_label"] == label


@pytest.mark.parametrize("text", ["请问发票什么时候开？", "3月5日下单，3月8日收到。"])
def test_no_opinion_is_null_not_zero(read, text: str):
    document, units = read(text)

    for row in (document, *units):
        assert (
            row["sentiment_label"] is row["sentiment_score"] is row["sentiment_confidence"] is None
        )
    assert all(unit["intensity"] is None for unit in units)


def test_two_touchpoints_in_one_sentence_are_two_units_of_two_minds(read):
    _, units = read("送货速度快，但是客服态度很差")

    assert [(unit["touchpoint_slug"], unit["sentiment_label"]) for unit in units] == [
        ("delivery", "positive"),
        ("customer_service", "negative"),
    ]


def test_degree_words_and_signs_raise_intensity(read):
    _, [calm] = read("有点慢")
    _, [loud] = read("慢得要死，气死我了！！！")

    assert calm["intensity"] < loud["intensity"]


def test_scores_stay_on_the_scale(read):
    for text in ("完美，非常满意，强烈推荐！！" * 9, "垃圾骗子，太坑人，再也不来！！" * 9):
        document, units = read(text)
        for row in (document, *units):
            assert -5 <= row["sentiment_score"] <= 5
            assert 0 <= row["sentiment_confidence"] <= 1
