"""The alarm heads: what they may be asked, who decides, and how they are trained."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
from numpy.typing import NDArray
from spacy.tokens import Doc

from nlp_jobs.annotate import Annotator
from nlp_jobs.components.alarms import EVIDENCE, AlarmReader, read_alarm_head
from nlp_jobs.components.opinion_unit import OPINION_UNITS, OpinionUnit
from nlp_jobs.components.signals import SignalReader
from nlp_jobs.label_heads import load_label_heads
from nlp_jobs.lexicons.cues import Hit
from nlp_jobs.taxonomy import load_pack
from nlp_jobs.threat_cues import THREATS
from nlp_jobs.training import train_alarms


class FixedHead:
    """Gives every text the same scores for safety, legal and media; thresholds at .5."""

    labels = THREATS
    thresholds = np.full(len(THREATS), 0.5)

    def __init__(self, *scores: float) -> None:
        self.scores = scores
        self.asked: list[str] = []
        self.told: list[list[float]] = []

    def score_letters(self, texts: Sequence[str]) -> NDArray[Any]:
        self.asked.extend(texts)
        return np.array([self.scores for _ in texts])

    def complete(self, letters: NDArray[Any], extra: NDArray[Any]) -> NDArray[Any]:
        self.told.extend(extra.tolist())
        return letters


def make_unit(text: str, label: str | None, score: float | None = None) -> OpinionUnit:
    unit = OpinionUnit("customer", 0, len(text), text)
    unit.sentiment_label, unit.sentiment_score = label, score
    return unit


def doc_of(*units: OpinionUnit) -> Doc:
    doc = spacy.blank("zh").make_doc("锅")
    doc.user_data[OPINION_UNITS] = list(units)
    return doc


def read(unit: OpinionUnit, *scores: float) -> str | None:
    AlarmReader(FixedHead(*scores), "zh")(doc_of(unit))
    return unit.alarm


def test_customers_are_asked_about_unless_they_clearly_praise():
    praise = make_unit("锅很好用，热得也快", "positive", 3.0)
    agent = make_unit("请问您的锅怎么了呢", None)
    agent.speaker = "agent"
    blame = make_unit("锅柄断开，汤洒了一腿", "negative", -3.0)
    request = make_unit("烤箱在冒烟，怎么办", None)
    head = FixedHead(2.0, -9.0, -9.0)

    docs = list(
        AlarmReader(head, "zh").pipe(
            [doc_of(praise, agent), doc_of(blame, request, make_unit("烫", None))]
        )
    )

    assert len(docs) == 2
    assert head.asked == ["锅柄断开，汤洒了一腿", "烤箱在冒烟，怎么办"]
    assert [unit.alarm for unit in (blame, request, praise)] == ["safety", "safety", None]
    assert [unit.alarm_is_read for unit in (blame, request, praise)] == [True, True, False]


def test_the_head_is_told_of_cues_and_praise():
    unit = make_unit("锅柄断开，汤洒了一腿", "positive", 0.5)
    unit.hits["severity_slug"] = [Hit(0, 2, "legal", 3.0), Hit(5, 7, "safety", 9.0)]
    head = FixedHead(-9.0, -9.0, -9.0)

    AlarmReader(head, "zh")(doc_of(unit))

    assert head.told == [[2.0, 1.0, 0.0, 0.25]]
    assert (unit.alarm, unit.alarm_is_read) == (None, True)


def test_the_gravest_threat_wins_and_cues_lower_its_bar():
    text = "锅柄断开，汤洒了一腿"
    cued = make_unit(text, "negative", -2.0)
    cued.hits["severity_slug"] = [Hit(0, 2, "legal", 3.0)]

    assert read(make_unit(text, "negative", -2.0), -1.0, 0.5, 3.0) == "legal"
    assert read(make_unit(text, "negative", -2.0), -0.5, -0.5, -0.5) is None
    assert read(cued, -0.5, -0.5, -0.5) == "legal"


@pytest.mark.parametrize("layer", ["harmless", "averted"])
def test_beside_a_joke_the_cues_must_name_the_threat_too(layer: str):
    text = "锅柄断开，汤洒了一腿"
    bare, cued = make_unit(text, "negative", -2.0), make_unit(text, "negative", -2.0)
    cued.hits["severity_slug"] = [Hit(0, 2, "safety", 3.0), Hit(2, 3, "safety", 3.0)]
    for unit in (bare, cued):
        unit.hits[layer] = [Hit(8, 10, layer, 1.0)]

    assert read(bare, 3.0, -9.0, -9.0) is None
    assert read(cued, 3.0, -9.0, -9.0) == "safety"


def test_signals_take_the_heads_word_and_else_that_of_the_cues():
    signals = SignalReader(load_pack("retail"), "zh")
    units = [make_unit("锅柄断开，汤洒了一腿", "negative", -2.0) for _ in range(3)]
    for unit in units[1:]:
        unit.hits["severity_slug"] = [Hit(0, 2, "safety", 3.0)]
    units[0].alarm, units[0].alarm_is_read = "media", True
    units[1].alarm_is_read = True

    assert [signals.read_severity(unit) for unit in units] == ["media", "medium", "safety"]


@pytest.mark.parametrize(
    "text",
    [
        "花架的铁钩松脱，整盆花朝我儿子头上掉",
        "夜里床头灯的线冒出一股糊味，墙纸都黄了",
        "My little one pulled the leg off and put the loose screw in her mouth, she was choking.",
    ],
)
def test_dangers_told_in_other_words_are_found(text: str):
    _, units = Annotator("retail").annotate("key", text, None, "hash", "reviews")

    assert "safety" in {unit["severity_slug"] for unit in units}


@pytest.mark.parametrize(
    ("text", "threat"),
    [
        ("视频剪好了，明晚让几万粉丝看看你们怎么做生意", "media"),
        ("材料已经递到消费维权部门，法庭上我们再谈", "legal"),
        ("My solicitor has the paperwork and you will be served this week.", "legal"),
        ("The clip already has fifty thousand views and a reporter wants to talk.", "media"),
    ],
)
def test_threats_told_in_other_words_are_found(text: str, threat: str):
    _, units = Annotator("retail").annotate("key", text, None, "hash", "reviews")

    assert threat in {unit["severity_slug"] for unit in units}


@pytest.mark.parametrize(
    "text",
    [
        "退款等了三个星期，客服每次都说再等等，气死人",
        "抽屉关不严，换了两回滑轨还是歪",
        "Support kept me on hold for an hour and then hung up, useless.",
        "Watched the unboxing on TV and ordered two, great quality.",
    ],
)
def test_strong_complaints_and_harmless_words_raise_no_alarm(text: str):
    _, units = Annotator("retail").annotate("key", text, None, "hash", "reviews")

    assert not {unit["severity_slug"] for unit in units} & set(THREATS)


def write_public_set(folder: Path) -> None:
    things = ("水壶", "台灯", "雨伞", "键盘", "书包", "杯子", "耳机", "风扇", "毛巾", "拖鞋")
    path = folder / "zh_sentiment_waimai.csv.gz"
    with gzip.open(path, "wt", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["label", "text"])
        for number in range(60):
            for thing in things:
                writer.writerow([1, f"第{number}次买{thing}，颜色和图片一样，物流也快"])


def test_training_runs_again_to_the_same_head(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_public_set(tmp_path)
    monkeypatch.setattr(train_alarms, "HARMLESS", 200)
    for out in ("a", "b"):
        (tmp_path / out).mkdir()
        train_alarms.main(
            ["--language", "zh", "--data", str(tmp_path), "--out", str(tmp_path / out)]
        )

    first, second = (load_label_heads(tmp_path / out / "alarms_zh.npz") for out in "ab")
    metrics = json.loads((tmp_path / "a" / "alarms_zh.metrics.json").read_text(encoding="utf-8"))

    assert np.array_equal(first.weights, second.weights)
    none = np.zeros((2, len(EVIDENCE)))
    texts = ["插座冒烟，手被电得发麻", "颜色和图片一样，物流也快"]
    danger, harmless = first.score(texts, none)[:, 0]
    assert danger > 0 > harmless
    assert metrics["harmless"] == 200
    assert metrics["labels"]["safety"]["recall_cross_validated"] > 0


def test_a_folder_without_the_public_sets_is_named(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match="zh_sentiment_waimai"):
        train_alarms.train("zh", tmp_path)


def test_the_shipped_heads_know_all_threats_and_weigh_cues():
    for language in ("zh", "en"):
        head = read_alarm_head(f"alarms_{language}")
        assert (head.labels, head.extras) == (THREATS, EVIDENCE)


def test_held_out_clauses_count_what_rings_and_what_of_it_is_right():
    clauses = ["插座冒烟", "颜色好看", "锅炸了", "还没人看过"]
    judged = {
        train_alarms.hash_clause(clause): labels
        for clause, labels in zip(clauses, [("safety",), (), ("safety", "legal")], strict=False)
    }
    scores = np.array([[2.0, -1, -1], [2.0, -1, -1], [-2.0, 1, -1], [2.0, -1, -1]])

    found = train_alarms.measure(scores, np.zeros(3), clauses, judged)

    assert (found["clauses"], found["read"]) == (4, 3)
    assert found["safety"] == {"rings": 3, "rings_read": 2, "right": 1, "known": 2}
    assert found["legal"] == {"rings": 1, "rings_read": 1, "right": 1, "known": 1}
    assert found["media"] == {"rings": 0, "rings_read": 0, "right": 0, "known": 0}
