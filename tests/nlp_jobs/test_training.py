"""Training on a few made-up rows: it runs again to the same weights and learns what is plain."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from nlp_jobs.heads import SentimentHead, Stretches, load_sentiment_head
from nlp_jobs.position_features import PositionFeatures
from nlp_jobs.training import adapt_domain, train_sentiment
from nlp_jobs.training.labelled_texts import (
    Labelled,
    choose_split,
    load_labelled_csv,
    split_texts,
)

THINGS = ["水壶", "台灯", "雨伞", "键盘", "书包", "杯子", "耳机", "风扇", "毛巾", "拖鞋"]
PLACES = ["上周", "昨天", "周末", "早上", "去年", "月初", "晚上", "春节", "国庆", "中午"]


def write_rows(path: Path, with_neutral: bool = False) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        for place in PLACES:
            for thing in THINGS:
                writer.writerow([f"{place}买的{thing}非常好用，全家都很喜欢它，而且价格也实惠", 1])
                writer.writerow([f"{place}买的{thing}真的太差，用一天就坏了，客服还不理人", -1])
                if with_neutral:
                    writer.writerow([f"{place}下的单，{thing}是红色的，发票抬头开公司", 0])


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trained")
    write_rows(folder / "rows.csv", with_neutral=True)
    for out in ("a", "b"):
        arguments = ["--language", "zh", "--csv", str(folder / "rows.csv")]
        train_sentiment.main([*arguments, "--out", str(folder / out)])
    return folder


def test_the_same_rows_give_the_same_head(trained: Path):
    first, second = (load_sentiment_head(trained / out / "sentiment_zh.npz") for out in "ab")

    assert np.array_equal(first.columns, second.columns)
    assert np.array_equal(first.weights, second.weights)
    assert first.facts == second.facts


def test_a_head_learns_praise_blame_and_neutrality(trained: Path):
    head = load_sentiment_head(trained / "a" / "sentiment_zh.npz")

    good, bad = head.score(["这个非常好用，很喜欢", "太差，坏了不理人"])

    assert good > 0 > bad
    test = json.loads((trained / "a" / "sentiment_zh.metrics.json").read_text())["test"]["rows"]
    assert test["accuracy"] > 0.9
    assert test["three_classes"]["accuracy"] > 0.9
    assert test["accuracy_low"] < test["accuracy"] <= test["accuracy_high"]


def test_adapting_keeps_what_was_known_and_learns_new_words(trained: Path, tmp_path: Path):
    places = [f"{city}{street}" for city in "京沪广深杭蓉" for street in "东西南北中"]
    texts = [
        f"{place}的房间{word}，{old}"
        for place in places
        for number in range(6)
        for word, old in (("隔音到位", "非常好用，很喜欢"), ("霉斑成片", "真的太差，不理人"))
        for word in [f"{word}{'呀' * (number % 3)}", word][: 1 + number % 2]
    ]
    with (tmp_path / "new.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text"])
        writer.writerows(
            [f"{text}第{'一二三四五六七八九十'[n % 10]}天"] for n, text in enumerate(texts)
        )
    path = trained / "a" / "sentiment_zh.npz"
    arguments = ["--language", "zh", "--unlabelled", str(tmp_path / "new.csv")]

    adapt_domain.main([*arguments, "--head", str(path), "--out", str(tmp_path)])

    adapted = load_sentiment_head(tmp_path / "sentiment_zh.npz")
    good, bad = adapted.score(["隔音到位", "霉斑成片"])
    assert good > 0 > bad
    assert adapted.score(["太差，坏了不理人"])[0] < 0


def test_too_few_texts_to_adapt_are_refused(trained: Path):
    head = load_sentiment_head(trained / "a" / "sentiment_zh.npz")

    with pytest.raises(ValueError, match="at least 300"):
        adapt_domain.adapt(head, ["不错", "很差"], "zh")


def test_equal_texts_fall_on_the_same_side_whatever_their_signs():
    assert choose_split("这个东西很好，物流也快") == choose_split("这个东西很好 物流也快！")


def test_contradicting_labels_are_dropped():
    assert split_texts([Labelled("好东西", 1), Labelled("好东西", -1)], "zh") == []


def test_nought_is_blame_unless_minus_one_occurs(tmp_path: Path):
    for name, rows in (("two", "好,1\n差,0\n"), ("three", "好,1\n差,-1\n红色,0\n")):
        (tmp_path / f"{name}.csv").write_text(f"text,label\n{rows}")

    two, three = (
        {e.text: e.label for e in load_labelled_csv(tmp_path / f"{n}.csv", "text", "label", "zh")}
        for n in ("two", "three")
    )

    assert two == {"好": 1, "差": -1}
    assert three == {"好": 1, "差": -1, "红色": 0}


def test_a_missing_column_is_named(tmp_path: Path):
    (tmp_path / "rows.csv").write_text("text,stars\n好,5\n")

    with pytest.raises(ValueError, match="no column label"):
        load_labelled_csv(tmp_path / "rows.csv", "text", "label", "zh")


def make_head(keep_spaces: bool = True) -> SentimentHead:
    generator = np.random.default_rng(7)
    stack = {"weights": [[1.0] + [0.1] * 12] * 2, "biases": [0.0, 0.1]}
    return SentimentHead(
        features=PositionFeatures((1, 2, 3), 10, keep_spaces),
        domains=("one", "two"),
        columns=np.arange(0, 1024, 2),
        weights=generator.normal(size=(512, 5)).astype(np.float32),
        intercepts=np.array([0.1, -0.1, 0.2, 0.0, -1.0]),
        facts={"document_praise": stack},
    )


def test_a_head_survives_saving(tmp_path: Path):
    head = make_head()
    head.save(tmp_path / "head.npz")

    loaded = load_sentiment_head(tmp_path / "head.npz")

    assert (loaded.features, loaded.domains) == (head.features, head.domains)
    assert np.allclose(loaded.score(["very good"]), head.score(["very good"]), atol=0.1)


@pytest.mark.parametrize("keep_spaces", [True, False])
def test_scores_do_not_depend_on_the_company_of_other_texts(keep_spaces: bool):
    head = make_head(keep_spaces)
    texts = ["very  good", "", " bad thing ", "ＡＢＣ １２３，很好", "。。。"]

    together = head.score(texts)

    assert np.allclose(together, [head.score([text])[0] for text in texts])


def test_a_stretch_is_read_like_the_letters_it_holds():
    head = make_head(keep_spaces=False)
    texts = ["送货快，客服差", "价格贵，客服差", "价格贵，客服好"]
    places = Stretches(np.array([0, 1, 2]), np.array([4, 4, 4]), np.array([7, 7, 7]))

    _, parts = head.read(texts, places)

    assert parts.neutral[0] == pytest.approx(parts.neutral[1])
    assert parts.neutral[0] != pytest.approx(parts.neutral[2])
