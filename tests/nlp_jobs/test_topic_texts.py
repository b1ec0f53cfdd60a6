"""The texts about the topics of the retail pack: whole, without doubles, of known slugs."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from nlp_jobs.components.topics import JOINED
from nlp_jobs.evaluation.training_record import bare_text
from nlp_jobs.taxonomy import load_pack
from nlp_jobs.training import unit_texts
from nlp_jobs.training.topic_fitting import fit, fit_join
from nlp_jobs.training.topic_texts import (
    TopicText,
    read_judged_texts,
    read_texts_inside,
    read_topic_texts,
)
from nlp_jobs.training.unit_texts import hash_unit
from nlp_jobs.unit_features import UNIT_FEATURES

PACK = load_pack("retail")
HEADER = "topic\ttouchpoint\ttext"


@pytest.mark.parametrize(
    ("name", "least"), [("zh", 200), ("zh_apart", 24), ("en", 100), ("en_apart", 15)]
)
def test_every_topic_has_sentences_and_none_stands_twice(name: str, least: int):
    texts = read_topic_texts(name, PACK)

    counts = Counter(text.topic for text in texts)
    assert all(counts[topic.slug] >= least for *_, topic in PACK.iter_topics())
    assert max(Counter(bare_text(text.text) for text in texts).values()) == 1


def test_none_is_no_topic(tmp_path: Path):
    write(
        tmp_path,
        "refund\treturn_refund\t钱还没到账",
        "none\tdelivery\t換一家快遞吧",
        "none\tnone\t谢谢",
    )

    assert read_topic_texts("zh", PACK, tmp_path) == [
        TopicText("refund", "return_refund", "钱还没到账"),
        TopicText(None, "delivery", "换一家快递吧"),
        TopicText(None, None, "谢谢"),
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("refund\t钱还没到账", "line 2: not 3 values"),
        ("refund\treturn_refund\t", "line 2: not 3 values"),
        ("refunds\treturn_refund\t钱还没到账", "refunds at return_refund is not in the pack"),
        ("refund\tdelivery\t钱还没到账", "refund at delivery is not in the pack"),
        ("none\tshipping\t换一家快递吧", "no touchpoint shipping"),
    ],
)
def test_broken_lines_are_named(tmp_path: Path, line: str, message: str):
    write(tmp_path, line)

    with pytest.raises(ValueError, match=message):
        read_topic_texts("zh", PACK, tmp_path)


def test_a_file_without_its_header_is_refused(tmp_path: Path):
    (tmp_path / "zh.tsv").write_text("refund\treturn_refund\t钱还没到账\n", encoding="utf-8")

    with pytest.raises(ValueError, match="first line"):
        read_topic_texts("zh", PACK, tmp_path)


def test_judged_units_are_found_in_the_public_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    judged = tmp_path / "judged.csv"
    judged.write_text(
        "language,unit_hash,topic,touchpoint,sentiment\n"
        f"zh,{hash_unit('包装箱子破了')},packaging_quality,packaging,neg\n"
        f"zh,{hash_unit('没有人写过这句')},refund,return_refund,neg\n"
        f"zh,{hash_unit('只判了褒贬')},,,neg\n"
        f"en,{hash_unit('包装箱子破了')},refund,return_refund,neg\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(unit_texts, "JUDGED", judged)
    write_public(tmp_path, "包装箱子破了", "包装箱子破了")

    [found] = read_judged_texts("zh", PACK, tmp_path)

    assert found.label == TopicText("packaging_quality", "packaging", "包装箱子破了")
    assert found.split in ("train", "calibration", "test")


HEADER_INSIDE = "language,text_hash,unit_hash,topic,touchpoint,department,sentiment\n"


def test_units_are_judged_in_their_texts(tmp_path: Path):
    text = "打了客服电话，没人理我。箱子也破了"
    judged = tmp_path / "judged.csv"
    judged.write_text(
        HEADER_INSIDE
        + f"zh,{hash_unit(text)},{hash_unit('没人理我。')},"
        + "reach_service,customer_service,customer_service,neg\n"
        + f"zh,{hash_unit(text)},{hash_unit('箱子也破了')},none,packaging,none,neg\n",
        encoding="utf-8",
    )
    write_public(tmp_path, text, "没人理我。")

    [found] = read_texts_inside("zh", PACK, tmp_path, judged)

    assert {unit.unit.text: unit.label and unit.label[:2] for unit in found.units} == {
        "打了客服电话": None,
        "没人理我。": ("reach_service", "customer_service"),
        "箱子也破了": (None, "packaging"),
    }
    assert [unit.department for unit in found.units] == [None, "customer_service", None]
    assert any(unit.unit.hits for unit in found.units)


def test_a_language_of_which_nothing_was_judged_has_no_texts(tmp_path: Path):
    judged = tmp_path / "judged.csv"
    judged.write_text(HEADER_INSIDE, encoding="utf-8")

    assert read_texts_inside("zh", PACK, tmp_path, judged) == []


def test_an_unknown_slug_of_a_judged_unit_is_named(tmp_path: Path):
    judged = tmp_path / "judged.csv"
    key = hash_unit("箱子破了")
    judged.write_text(f"{HEADER_INSIDE}zh,{key},{key},refunds,delivery,none,neg\n", "utf-8")
    write_public(tmp_path, "箱子破了")

    with pytest.raises(ValueError, match="refunds at delivery is not in the pack"):
        read_texts_inside("zh", PACK, tmp_path, judged)


def test_a_regression_tells_classes_apart_by_their_letters():
    texts = [
        TopicText("refund", "return_refund", "钱还没退回来"),
        TopicText("refund", "return_refund", "退的钱到账了"),
        TopicText(None, "delivery", "箱子在路上"),
        TopicText(None, "delivery", "箱子到了"),
    ]
    labels = ["none@delivery", "refund@return_refund"]

    weights, intercepts = fit(texts, np.ones(4), labels, UNIT_FEATURES["zh"])

    scores = UNIT_FEATURES["zh"].build(["钱退了", "两个箱子"]) @ weights + intercepts
    assert scores.argmax(axis=1).tolist() == [1, 0]


def test_the_weight_of_cues_has_a_floor():
    generator = np.random.default_rng(1)
    right = generator.integers(0, 3, 60)
    scores = 3.0 * np.eye(3)[right]
    misleading = np.zeros((len(JOINED) - 1, 60, 3))
    misleading[0] = np.eye(3)[(right + 1) % 3]

    found = fit_join(scores, misleading, right, np.ones(60))

    assert found[0] > 1
    assert found[1] == pytest.approx(1.0)


def write_public(folder: Path, *texts: str) -> None:
    path = folder / "zh_sentiment_online_shopping_10cats.csv.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write("\n".join(["category,label,text", *(f"水果,0,{text}" for text in texts)]))


def write(folder: Path, *lines: str) -> None:
    (folder / "zh.tsv").write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
