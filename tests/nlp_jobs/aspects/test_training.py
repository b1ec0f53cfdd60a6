"""Training on tiny sets written by the tests."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from nlp_jobs.aspects import AspectReader
from nlp_jobs.training.aspect_fitting import choose_thresholds, measure_f1
from nlp_jobs.training.aspect_texts import iter_opinion_clauses, read_long, read_wide
from nlp_jobs.training.train_aspects import main

SUBJECTS = {"电池": "续航", "屏幕": "显示", "快递": "物流"}
OPINIONS = {"很好": 1, "非常棒": 1, "太差了": -1, "不行": -1, "一般": 0}
PLACES = ("家里", "公司", "学校", "路上", "出差时", "睡觉前")


def write_labelled(path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "aspect", "polarity", "opinion_term"])
        for place in PLACES:
            for word, label in SUBJECTS.items():
                for opinion, polarity in OPINIONS.items():
                    writer.writerow([f"在{place}用，{word}{opinion}", label, polarity, opinion])


def test_any_labelled_csv_makes_a_reader(tmp_path: Path) -> None:
    labelled = tmp_path / "mine.csv"
    write_labelled(labelled)

    main(["--name", "gadgets", "--csv", str(labelled), "--out", str(tmp_path)])

    reader = AspectReader("gadgets", tmp_path)
    [[best, *_]] = reader.read(["在车上用，电池太差了"])
    assert (best.label, best.polarity) == ("续航", -1)
    metrics = json.loads((tmp_path / "aspects_gadgets.metrics.json").read_text("utf-8"))
    assert metrics["cross_validation"]["micro_f1"] > 0.9
    assert metrics["trained_on"] == {"mine": {"licence": "own data"}}


def test_training_is_repeatable(tmp_path: Path) -> None:
    labelled = tmp_path / "mine.csv"
    write_labelled(labelled)
    for out in ("one", "two"):
        main(["--name", "gadgets", "--csv", str(labelled), "--out", str(tmp_path / out)])

    texts = ["屏幕一般", "快递很好，电池不行"]
    first, second = (AspectReader("gadgets", tmp_path / out).read(texts) for out in ("one", "two"))
    assert first == second


def test_no_labelled_texts_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--name", "gadgets"])
    assert "no labelled texts for 'gadgets'" in capsys.readouterr().err


def test_long_rows_join_by_text_and_mixed_polarity_is_neutral() -> None:
    rows = [
        {"text": "屏幕好，屏幕也费电", "aspect": "显示", "polarity": "1"},
        {"text": "屏幕好，屏幕也费电", "aspect": "显示", "polarity": "-1"},
        {"text": "屏幕好，屏幕也费电", "aspect": "续航", "polarity": "-1"},
    ]
    [text] = read_long(rows)
    assert text.polarities == {"显示": 0, "续航": -1}


def test_wide_rows_leave_out_what_is_not_mentioned() -> None:
    [text] = read_wide([{"text": "汤很鲜", "taste": "1", "noise": "-2"}], ["taste", "noise"])
    assert text.polarities == {"taste": 1}


def test_an_opinion_takes_its_clause() -> None:
    rows = [{"text": "汤的味道很鲜，上菜有点慢", "opinion_term": "有点慢", "polarity": "-1"}]
    assert list(iter_opinion_clauses(rows)) == [("上菜有点慢", -1)]


def test_thresholds_part_what_can_be_parted() -> None:
    chances = np.array([[0.3, 0.9], [0.25, 0.8], [0.1, 0.7], [0.05, 0.2]])
    labels = np.array([[1, 1], [1, 0], [0, 0], [0, 0]])

    thresholds = choose_thresholds(chances, labels, always_answers=False)

    assert ((chances >= thresholds) == labels).all()


def test_measures_on_a_hand_counted_example() -> None:
    chosen = np.array([[1, 0], [1, 1], [0, 0]])
    labels = np.array([[1, 0], [0, 1], [0, 1]])

    found = measure_f1(chosen, labels)

    assert found["micro_f1"] == round(2 * 2 / (3 + 3), 4)
    assert (found["precision"], found["recall"]) == (0.6667, 0.6667)
    assert found["macro_f1"] == round((2 / 3 + 2 / 3) / 2, 4)
    assert found["micro_f1_low"] <= found["micro_f1"] <= found["micro_f1_high"]
