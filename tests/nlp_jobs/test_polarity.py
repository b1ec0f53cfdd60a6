"""Polarity where words alone mislead; every sentence here is a rule with a reason."""

import pytest

from nlp_jobs.verdicts import UNCERTAIN, judge


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("不好用", "negative"),
        ("不怎么好用", "negative"),
        ("没有异味，很满意", "positive"),
        ("没有任何问题，非常满意", "positive"),
        ("比京东便宜多了，很划算", "positive"),
        ("京东比你们便宜多了", "negative"),
        ("还是京东靠谱，人家第二天就到", "negative"),
        ("真是醉了，服务可真好", "negative"),
        ("要是能便宜点就好了", None),
        ("质量太差了！！！", "negative"),
        ("爱不释手", "positive"),
        ("The app keeps crashing, useless", "negative"),
        ("Friendly staff, highly recommend", "positive"),
        ("Not good at all", "negative"),
        ("没有哪次让我失望过", "positive"),
        ("用了三年，一点都不后悔", "positive"),
        ("没什么好投诉的", "positive"),
        ("谁说国货不行", "positive"),
        ("Couldn't have been more helpful", "positive"),
        ("I really can't fault them", "positive"),
        ("Please add a wish list to the app", None),
        ("建议增加夜间配送", None),
    ],
)
def test_label(read, text: str, label: str | None):
    _, units = read(text)

    assert units[0]["sentiment_label"] == label


def test_denied_blame_alone_takes_no_side(read):
    _, units = read("不是不好")

    assert units[0]["sentiment_label"] in (None, "neutral")


ZH_CASES = {
    "negation": [
        ("一点都不好喝", "negative"),
        ("没有想象中那么好", "negative"),
        ("根本不值这个价", "negative"),
        ("没什么可挑剔的", "positive"),
        ("从来没让我失望过", "positive"),
        ("送来的菜不新鲜", "negative"),
        ("不贵，还挺耐用", "positive"),
    ],
    "double negation": [
        ("不得不说，味道真的很赞", "positive"),
        ("不是说不好吃", "neutral"),
    ],
    "irony": [
        ("真是醉了，这服务真是太好了", "negative"),
        ("等了三个小时，你们可真行", "negative"),
        ("长见识了，新买的鞋三天就开胶，质量真好", "negative"),
    ],
    "comparison": [
        ("比上一代好用太多", "positive"),
        ("不如隔壁那家", "negative"),
        ("没有淘宝的好用", "negative"),
    ],
    "condition": [
        ("要是能再快一点就好了", "neutral"),
        ("如果有儿童座椅就更好了", "neutral"),
        ("希望能多几个口味", "neutral"),
    ],
    "plain words without cue": [
        ("屏幕三天两头闪", "negative"),
        ("前台小姐姐主动帮忙提行李", "positive"),
        ("面条坨成一团了", "negative"),
    ],
}
EN_CASES = {
    "late": [
        ("The delivery was late", "negative"),
        ("My parcel arrived two weeks late", "negative"),
        ("My flight was delayed again", "negative"),
    ],
    "negation": [
        ("It does not work", "negative"),
        ("Nobody was helpful", "negative"),
        ("I could not be happier", "positive"),
        ("No complaints at all, great stay", "positive"),
        ("Never had a problem with them", "positive"),
    ],
    "irony": [
        ("Great, another three hours on hold. Thanks for nothing", "negative"),
        ("Just great, cancelled again", "negative"),
    ],
    "comparison": [
        ("Much better than the old one", "positive"),
        ("Worse than the last hotel we stayed in", "negative"),
    ],
    "condition": [
        ("It would be great if there were more seats", "neutral"),
        ("If only the app had a dark mode", "neutral"),
    ],
    "plain words without cue": [
        ("The nurse held my hand and explained everything", "positive"),
        ("Waited four hours and nobody came", "negative"),
    ],
}


@pytest.mark.parametrize(
    ("text", "label"),
    [case for cases in (*ZH_CASES.values(), *EN_CASES.values()) for case in cases],
)
def test_document_label(read, text: str, label: str):
    document, _ = read(text)

    assert document["sentiment_label"] == label


@pytest.mark.parametrize(
    "text",
    [
        "外卖小哥把汤洒了一半",
        "房间里有股霉味",
        "菜都凉透了才送来",
        "Sat on the tarmac for two hours",
    ],
)
def test_a_document_of_blame_without_cue_words_still_has_a_score(read, text: str):
    document, _ = read(text)

    assert document["sentiment_score"] < 0


@pytest.mark.parametrize(
    "text", ["请问发票什么时候开？", "3月5日下单，3月8日收到。", "订单号是多少位的"]
)
def test_no_opinion_is_null_not_zero(read, text: str):
    _, units = read(text)

    for unit in units:
        assert unit["sentiment_label"] is None
        assert unit["sentiment_score"] is unit["sentiment_confidence"] is unit["intensity"] is None


def test_a_question_gives_the_document_no_verdict(read):
    document, _ = read("请问发票什么时候开？")

    assert document["sentiment_label"] is document["sentiment_score"] is None


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


def test_neutral_keeps_the_sign_of_its_score_and_a_confidence():
    for praise in (0.3, 0.7):
        verdict = judge(praise, 0.8)
        assert verdict.label == "neutral"
        assert (verdict.score > 0) == (praise > 0.5)
        assert verdict.confidence == 0.8


@pytest.mark.parametrize("praise", [0.5, 0.50001, 0.49999])
def test_a_verdict_always_has_a_side(praise: float):
    assert judge(praise, 0.1).score != 0


def test_what_is_torn_between_readings_is_uncertain():
    assert judge(0.55, 0.1).confidence < UNCERTAIN <= judge(0.95, 0.05).confidence


def test_scores_stay_on_the_scale(read):
    for text in ("完美，非常满意，强烈推荐！！" * 9, "垃圾骗子，太坑人，再也不来！！" * 9):
        document, units = read(text)
        for row in (document, *units):
            assert -5 <= row["sentiment_score"] <= 5
            assert 0 <= row["sentiment_confidence"] <= 1
