"""The alarm heads: what they may be asked, who decides, and how they are trained."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import spacy
from spacy.tokens import Doc

from nlp_jobs.annotate import Annotator
from nlp_jobs.components.alarms import AlarmReader, read_alarm_head
from nlp_jobs.components.opinion_unit import OPINION_UNITS, OpinionUnit
from nlp_jobs.components.signals import SignalReader
from nlp_jobs.label_heads import load_label_heads
from nlp_jobs.lexicons.cues import Hit
from nlp_jobs.taxonomy import load_pack
from nlp_jobs.training import train_alarms


class AlarmedHead:
    """Reads danger in every text that it is given."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def predict(self, texts: Sequence[str]) -> list[list[tuple[str, float]]]:
        self.asked.extend(texts)
        return [[("safety", 0.9)] for _ in texts]


def make_unit(text: str, label: str | None, score: float | None = None) -> OpinionUnit:
    unit = OpinionUnit("customer", 0, len(text), text)
    unit.sentiment_label, unit.sentiment_score = label, score
    return unit


def doc_of(*units: OpinionUnit) -> Doc:
    doc = spacy.blank("zh").make_doc("锅")
    doc.user_data[OPINION_UNITS] = list(units)
    return doc


def test_only_the_customers_blame_is_asked_about():
    praise = make_unit("锅很好用，热得也快", "positive", 3.0)
    agent = make_unit("请问您的锅怎么了呢", None)
    agent.speaker = "agent"
    blame = make_unit("锅柄断开，汤洒了一腿", "negative", -3.0)
    head = AlarmedHead()

    docs = list(
        AlarmReader(head).pipe([doc_of(praise, agent), doc_of(blame, make_unit("烫", None))])
    )

    assert len(docs) == 2
    assert head.asked == ["锅柄断开，汤洒了一腿"]
    assert (blame.alarm, praise.alarm) == ("safety", None)


@pytest.mark.parametrize(
    ("label", "layer", "severity"),
    [
        ("negative", None, "safety"),
        (None, None, None),
        ("positive", None, None),
        ("negative", "harmless", "medium"),
        ("negative", "averted", "medium"),
    ],
)
def test_the_words_around_decide_whether_the_head_is_heard(
    label: str | None, layer: str | None, severity: str | None
):
    unit = make_unit(
        "锅柄断开，汤洒了一腿", label, {"negative": -2.0, "positive": 1.0}.get(label or "")
    )
    unit.alarm = "safety"
    if layer:
        unit.hits[layer] = [Hit(0, 2, layer, 1.0)]

    SignalReader(load_pack("retail"), "zh").read(unit)

    assert unit.severity_slug == severity


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
    monkeypatch.setattr(train_alarms, "ALARM_RATES", dict.fromkeys(train_alarms.LABELS, 0.01))
    for out in ("a", "b"):
        (tmp_path / out).mkdir()
        train_alarms.main(
            ["--language", "zh", "--data", str(tmp_path), "--out", str(tmp_path / out)]
        )

    first, second = (load_label_heads(tmp_path / out / "alarms_zh.npz") for out in "ab")
    metrics = json.loads((tmp_path / "a" / "alarms_zh.metrics.json").read_text(encoding="utf-8"))

    assert np.array_equal(first.weights, second.weights)
    danger, harmless = first.score(["插座冒烟，手被电得发麻", "颜色和图片一样，物流也快"])[:, 0]
    assert danger > 0 > harmless
    assert metrics["harmless"] == 200
    assert metrics["labels"]["safety"]["recall_cross_validated"] > 0


def test_a_folder_without_the_public_sets_is_named(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match="zh_sentiment_waimai"):
        train_alarms.train("zh", tmp_path)


def test_the_shipped_heads_know_dangers():
    for language in ("zh", "en"):
        assert read_alarm_head(f"alarms_{language}").labels == ("safety",)
