"""Units that were judged in their texts: what the files hold, and how a head learns from them."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from nlp_jobs.components import effort, promises
from nlp_jobs.components.effort import EVIDENCE, LABELS
from nlp_jobs.training import promise_texts, train_effort
from nlp_jobs.training.judged_fitting import HELD_OUT, Others, fit_judged
from nlp_jobs.training.judged_texts import JudgedUnits
from nlp_jobs.training.train_effort import RECIPE


@pytest.mark.parametrize(
    ("folder", "labels"),
    [(promise_texts.EXAMPLES, promises.LABELS), (train_effort.EXAMPLES, effort.LABELS)],
    ids=["promises", "effort"],
)
def test_judged_units_are_hashes_of_known_labels(folder: Path, labels: tuple[str, ...]):
    with (folder / "judged.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    keys = [(row["language"], row["text_hash"], row["unit_hash"]) for row in rows]
    assert len(set(keys)) == len(rows)
    assert {len(name) for _, *names in keys for name in names} == {16}
    assert {row["label"] for row in rows} == set(labels)


def test_a_head_learns_from_judged_units_and_is_measured_on_others():
    units = {"high": "打了电话一直占线", "low": "点一下就好了", "none": "颜色是蓝的"}
    texts = [f"第{number}回{text}" for number in range(40) for text in units.values()]
    labels = np.array([LABELS.index(label) for _ in range(40) for label in units])
    judged = JudgedUnits(
        texts,
        np.zeros((len(texts), len(EVIDENCE))),
        labels,
        np.arange(len(texts)),
        np.array([HELD_OUT if number >= 90 else "train" for number in range(len(texts))]),
    )
    others = Others(["没什么可说的"], np.zeros((1, len(EVIDENCE))), np.array([0]), np.ones(1))

    head = fit_judged("zh", RECIPE, judged, others)

    figures = head.facts["metrics"]
    assert (figures["judged"], figures["others"]) == (90, 1)
    held_out = figures["judged units held out"]
    assert held_out["words and head"]["high"]["f1"][0] == 1.0
    assert held_out["words alone"]["high"]["recall"][0] == 0.0
    assert head.score(["又是打了电话一直占线"], np.zeros((1, len(EVIDENCE)))).argmax() == 1
