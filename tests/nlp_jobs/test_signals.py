"""Families of expressions behind the signals: alarms and their look-alikes, intents, promises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from nlp_jobs.annotate import Annotator
from nlp_jobs.components.opinion_unit import OpinionUnit
from nlp_jobs.components.signals import SignalReader
from nlp_jobs.lexicons.cues import Hit
from nlp_jobs.taxonomy import load_pack
from nlp_jobs.told_sides import tell_sides

Read = Callable[[str], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def read() -> Read:
    annotator = Annotator("retail")
    return lambda text: annotator.annotate("key", text, None, "hash", "reviews")[1]


def severities(units: list[dict[str, Any]]) -> set[str | None]:
    return {unit["severity_slug"] for unit in units}


@pytest.mark.parametrize(
    ("text", "alarm"),
    [
        ("吹风机一通电就窜火苗，插座都烧黑了", "safety"),
        ("锅盖突然炸裂，婆婆胳膊被烫出泡", "safety"),
        ("罐头里嚼到一块碎玻璃，牙龈都出血了", "safety"),
        ("面霜涂完当晚满脸红疹，去皮肤科挂急诊", "safety"),
        ("梯子腿断了，我爸摔下来骨折住院", "safety"),
        ("装完燃气灶满屋煤气味", "safety"),
        ("電暖器插上去就冒黑煙，嚇得我拔掉插頭", "safety"),
        ("配送员动手打人，还威胁我删评价", "safety"),
        ("The kettle gave me a shock when I touched the handle.", "safety"),
        ("There were maggots in the rice.", "safety"),
        ("The shelf came crashing down and missed the cot by inches.", "safety"),
        ("My daughter needed stitches after the glass lid shattered.", "safety"),
        ("三天之内不退款，我就委托律师发函", "legal"),
        ("已经向市监局投诉，等着调查吧", "legal"),
        ("再拖下去只能走司法途径了", "legal"),
        ("你们这样卖翻新机，消协管不管？我明天就打12315", "legal"),
        ("I have reported the seller to trading standards.", "legal"),
        ("Next stop is small claims court.", "legal"),
        ("不给说法我就找记者上电视台曝光", "media"),
        ("聊天记录已经发到小红书了，看你们怎么收场", "media"),
        ("I am going to the press with this.", "media"),
        ("I will name and shame you on every platform.", "media"),
    ],
)
def test_an_alarm_is_raised(read: Read, text: str, alarm: str) -> None:
    assert alarm in severities(read(text))


@pytest.mark.parametrize(
    "text",
    [
        "这家的辣椒酱香到报警，连吃三碗饭",
        "我表哥是律师，他也说这台打印机好用",
        "插座带漏电保护，家里有小孩很放心",
        "以前老担心漏电，换了这款安心多了",
        "妈妈以前在派出所对面的店买，现在改在这里买，一样好",
        "烟雾报警器很灵敏，安装简单",
        "油炸锅炸鸡外酥里嫩，太好吃了",
        "看小红书种草买的，果然好用",
        "The smoke alarm is easy to fit and works well.",
        "Court shoes in a lovely red, very comfortable.",
        "Lovely hot sauce, not a hint of food poisoning lol",
        "TikTok made me buy it and I love it.",
    ],
)
def test_a_look_alike_raises_none(read: Read, text: str) -> None:
    assert not severities(read(text)) & {"safety", "legal", "media"}


@pytest.mark.parametrize(
    ("text", "intent", "need_kind"),
    [
        ("恳请贵司派人上门检测", "request", "explicit"),
        ("想问一下这款能不能装在阳台", "question", "implicit"),
        ("要是再出个小号就更好了", "suggestion", "wish"),
        ("客服态度恶劣，太让人失望了", "complaint", "unmet"),
        ("桌腿不平，只好垫张纸板，差劲", "complaint", "workaround"),
        ("以后去别家买，再见", "churn_threat", "unmet"),
        ("质量非常好，很满意", "praise", None),
        ("Could someone please call me back?", "request", "explicit"),
        ("It would be lovely if you opened later on Sundays", "suggestion", "wish"),
        ("Does it come with a charger?", "question", "implicit"),
    ],
)
def test_an_intent_shows_a_need(read: Read, text: str, intent: str, need_kind: str | None) -> None:
    assert (intent, need_kind) in {(u["intent_slug"], u["need_kind"]) for u in read(text)}


@pytest.mark.parametrize(
    ("text", "column", "value"),
    [
        ("鞋子已经囤了三双，还会回购", "decision_effect_slug", "repurchase"),
        ("试完当场拿下", "decision_effect_slug", "purchase"),
        ("问了半天没人理，扭头就走", "decision_effect_slug", "abandon"),
        ("劝各位别踩坑", "decision_effect_slug", "discourage"),
        ("Bought another two for my sister.", "decision_effect_slug", "repurchase"),
        ("Give it a miss, save your money.", "decision_effect_slug", "discourage"),
    ],
)
def test_a_decision_is_told(read: Read, text: str, column: str, value: str) -> None:
    assert value in [unit[column] for unit in read(text)]


def test_waiting_is_no_effort_but_calling_again_and_again_is(read: Read) -> None:
    assert all(unit["effort"] is None for unit in read("等了五天才发货，太慢"))
    assert any((unit["effort"] or 0) < 0 for unit in read("催了好几次，来来回回打了七遍电话，太差"))


def test_a_turn_after_a_promise_is_its_breach(read: Read) -> None:
    roles = [unit["promise_role"] for unit in read("店员说肯定有货，结果跑去一看没有现货")]

    assert roles == ["promise", "breach"]


@pytest.fixture(scope="module")
def signals() -> SignalReader:
    return SignalReader(load_pack("retail"), "zh")


def make_unit(label: str | None, score: float | None, **hits: list[Hit]) -> OpinionUnit:
    unit = OpinionUnit("customer", 0, 10, "一二三四五六七八九十", hits)
    unit.sentiment_label, unit.sentiment_score = label, score
    return unit


def test_the_gravest_alarm_wins_and_weak_cues_add_up(signals: SignalReader) -> None:
    both = [Hit(0, 2, "legal", 3.0), Hit(3, 5, "safety", 3.0)]
    weak = [Hit(0, 2, "safety", 1.0), Hit(3, 5, "safety", 1.0)]

    assert signals.read_severity(make_unit("negative", -3.0, severity_slug=both)) == "safety"
    assert signals.read_severity(make_unit("negative", -3.0, severity_slug=weak)) == "safety"
    assert signals.read_severity(make_unit("negative", -3.0, severity_slug=weak[:1])) == "medium"
    assert signals.read_severity(make_unit(None, None, severity_slug=weak)) is None


def test_praise_and_jokes_silence_an_alarm(signals: SignalReader) -> None:
    cue = [Hit(4, 6, "safety", 3.0)]
    joke = [Hit(0, 2, "harmless", 2.0)]

    assert signals.read_severity(make_unit("positive", 4.0, severity_slug=cue)) is None
    assert signals.read_severity(make_unit("positive", 0.5, severity_slug=cue)) == "safety"
    assert signals.read_severity(make_unit(None, None, severity_slug=cue, harmless=joke)) is None


def test_what_is_told_takes_sides() -> None:
    churn, joy = Hit(4, 6, "churn", 2.0), Hit(0, 2, "joy", 2.0)
    denied = {"emotion_slug": [Hit(4, 6, "joy", 2.0)], "negator": [Hit(3, 4, "negator", 2.0)]}

    assert tell_sides(make_unit(None, None, decision_effect_slug=[churn]), "zh") == -1
    assert tell_sides(make_unit(None, None, decision_effect_slug=[churn] * 5), "zh") == -3
    assert (
        tell_sides(make_unit(None, None, decision_effect_slug=[churn], emotion_slug=[joy]), "zh")
        == 0
    )
    assert tell_sides(make_unit(None, None, **denied), "zh") == -1
    assert tell_sides(make_unit(None, None, polarity=[joy]), "zh") == 0
