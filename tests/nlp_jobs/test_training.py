"""Training on a few made-up rows: it runs again to the same weights and learns what is plain."""

import csv
import json
from pathlib import Path

import numpy as np

from nlp_jobs.features import HashedFeatures
from nlp_jobs.heads import LinearHead, load_head
from nlp_jobs.training import train_sentiment
from nlp_jobs.training.labelled_texts import choose_split, split_texts

THINGS = ["水壶", "台灯", "雨伞", "键盘", "书包", "杯子", "耳机", "风扇", "毛巾", "拖鞋"]
PLACES = ["上周", "昨天", "周末", "早上", "去年", "月初", "晚上", "春节", "国庆", "中午"]


def write_rows(path: Path) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        for place in PLACES:
            for thing in THINGS:
                writer.writerow([f"{place}买的{thing}非常好用，全家都很喜欢它，而且价格也实惠", 1])
                writer.writerow([f"{place}买的{thing}真的太差，用一天就坏了，客服还不理人", 0])


def test_the_same_rows_give_the_same_head(tmp_path: Path):
    write_rows(tmp_path / "rows.csv")
    for out in ("a", "b"):
        arguments = ["--language", "zh", "--csv", str(tmp_path / "rows.csv")]
        train_sentiment.main([*arguments, "--out", str(tmp_path / out)])

    first, second = (load_head(tmp_path / out / "sentiment_zh.npz") for out in ("a", "b"))
    assert np.array_equal(first.weights, second.weights)
    good, bad = first.score(["这个非常好用，很喜欢", "太差，坏了不理人"])
    assert good > 0 > bad
    metrics = json.loads((tmp_path / "a" / "sentiment_zh.metrics.json").read_text())
    assert metrics["test"]["rows"]["accuracy"] > 0.9


def test_equal_texts_fall_on_the_same_side_whatever_their_signs():
    assert choose_split("这个东西很好，物流也快") == choose_split("这个东西很好 物流也快！")


def test_contradicting_labels_are_dropped():
    assert split_texts([("好东西", 1), ("好东西", 0)], "zh") == []


def test_a_head_survives_saving(tmp_path: Path):
    features = HashedFeatures((1, 2), 8, keep_spaces=False)
    head = LinearHead(features, np.linspace(-1, 1, 256, dtype=np.float32), 0.25, {"x": 1})
    head.save(tmp_path / "head.npz")

    loaded = load_head(tmp_path / "head.npz")

    assert loaded.features == features
    assert np.allclose(loaded.score(["很好"]), head.score(["很好"]), atol=1e-2)


def test_scores_do_not_depend_on_the_company_of_other_texts():
    features = HashedFeatures((1, 2, 3), 10, keep_spaces=True)
    head = LinearHead(features, np.arange(1024, dtype=np.float32) / 1024, 0.0, {})
    texts = ["very  good", "", " bad\x00 thing ", "ＡＢＣ １２３"]

    together = head.score(texts)

    assert np.allclose(together, [head.score([text])[0] for text in texts])
