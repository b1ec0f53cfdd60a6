"""`voc_effort`: a head that hears the words, and what it learns from."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest
import spacy

from nlp_jobs.components.effort import EVIDENCE, LABELS, EffortReader, gather_evidence
from nlp_jobs.components.opinion_unit import OPINION_UNITS, OpinionUnit
from nlp_jobs.label_heads import LabelHeads
from nlp_jobs.lexicons.cues import Hit
from nlp_jobs.training.train_effort import read_judged
from nlp_jobs.training.unit_texts import hash_unit
from tests.nlp_jobs.conftest import make_fixed_head

HIGH = make_fixed_head(LABELS, EVIDENCE, {"high": 3.0}, 0.4)
LOW = make_fixed_head(LABELS, EVIDENCE, {"low": 3.0}, 0.4)
NOTHING = make_fixed_head(LABELS, EVIDENCE, {"none": 4.0}, 0.4)


def read(head: LabelHeads, effort: int | None, speaker: str = "customer") -> int | None:
    """The effort of a unit of which the words of the list tell `effort`."""
    unit = OpinionUnit(speaker, 0, 9, "客服一直占线打不进去")
    unit.effort = effort
    doc = spacy.blank("zh").make_doc("货")
    doc.user_data[OPINION_UNITS] = [unit]
    EffortReader(head)(doc)
    return unit.effort


def test_the_head_reads_what_no_word_tells():
    assert read(HIGH, None) == -2
    assert read(LOW, None) == 2


def test_how_much_it_was_is_said_by_the_words():
    assert read(HIGH, -4) == -4
    assert read(LOW, 3) == 3


def test_a_sure_head_overrules_words():
    assert read(NOTHING, -3) is None
    assert read(HIGH, 3) == -2


def test_agents_are_not_asked_about():
    assert read(HIGH, None, speaker="agent") is None


def test_evidence_tells_what_was_found_before():
    unit = OpinionUnit("customer", 0, 9, "打了五遍电话")
    unit.hits["effort_hard"] = [Hit(0, 4, "effort_hard", 3.0)]
    unit.sentiment_label, unit.sentiment_score, unit.effort = "negative", -2.0, -3

    [row] = gather_evidence([unit])

    told = dict(zip(EVIDENCE, row, strict=True))
    assert told["hard cues"] == told["blame"] == told["rules say high"] == 1
    assert told["score"] < 0
    assert told["easy cues"] == told["praise"] == told["rules say low"] == 0


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("客服电话打了一下午都占线", -1),
        ("退货要自己跑邮局寄，来回折腾了三趟", -1),
        ("手机上点两下就订好了，特别方便", 1),
        ("I had to call four times before anyone answered", -1),
        ("Booking online was easy and took two minutes", 1),
        ("颜色和图片上一样", 0),
        ("The kettle is blue", 0),
    ],
)
def test_the_shipped_heads_know_effort_told_in_many_ways(annotator, text: str, sign: int):
    _, units = annotator.annotate("key", text, None, "hash", "reviews", None)

    assert np.sign(sum(unit["effort"] or 0 for unit in units)) == sign


def test_judged_units_are_found_in_their_texts(tmp_path: Path):
    text = "打了五遍电话没人接，东西倒是不错"
    with gzip.open(tmp_path / "zh_sentiment_waimai.csv.gz", "wt", encoding="utf-8") as file:
        csv.writer(file).writerows([("label", "text"), (0, text)])
    (tmp_path / "judged.csv").write_text(
        "language,text_hash,unit_hash,label\n"
        f"zh,{hash_unit(text)},{hash_unit('打了五遍电话没人接')},high\n"
        f"zh,{hash_unit(text)},{hash_unit('这一句不在里面')},low\n",
        encoding="utf-8",
    )

    found = read_judged("zh", tmp_path, tmp_path)

    assert found.texts == ["打了五遍电话没人接"]
    assert [LABELS[place] for place in found.places] == ["high"]
    assert dict(zip(EVIDENCE, found.evidence[0], strict=True))["rules say high"] == 1
