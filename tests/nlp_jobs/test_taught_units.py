"""What a teacher says of units that nobody judged: kept by hash, and learnt from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nlp_jobs.components.unit_sentiment import EVIDENCE, LABELS
from nlp_jobs.training.taught_units import read_taught, shorten, spread, write_taught
from nlp_jobs.training.train_unit_sentiment import SentimentUnit, TaughtUnit, fit_units
from nlp_jobs.training.unit_texts import hash_unit
from nlp_jobs.unit_features import UNIT_FEATURES

NOTHING_READ = (0.0,) * 11  # a row of `gather_evidence`
PRAISE = np.array([0.0, 0.0, 0.0, 1.0])
BLAME = np.array([0.0, 1.0, 0.0, 0.0])


def test_chances_are_found_again_by_the_hash_of_the_unit(tmp_path: Path):
    said = {hash_unit(f"第{n}件"): np.array([n, 10 - n, 5, 5]) / 20 for n in range(11)}
    write_taught(said, LABELS, tmp_path / "taught_zh.npz")

    found = read_taught("zh", LABELS, tmp_path)

    assert set(found) == {shorten(key) for key in said}
    for key, chances in said.items():
        assert found[shorten(key)] == pytest.approx(chances, abs=0.005)
        assert found[shorten(key)].sum() == pytest.approx(1)


def test_without_a_file_nothing_is_taught(tmp_path: Path):
    assert read_taught("zh", LABELS, tmp_path) == {}


def test_a_file_about_other_labels_is_refused(tmp_path: Path):
    write_taught({hash_unit("好"): np.array([1.0, 0.0])}, ("yes", "no"), tmp_path / "taught_zh.npz")

    with pytest.raises(ValueError, match="teach the units anew"):
        read_taught("zh", LABELS, tmp_path)


def test_the_shipped_file_is_about_the_labels_of_the_head():
    taught = read_taught("zh", LABELS)

    assert len(taught) > 100_000
    assert np.vstack(list(taught.values())).sum(axis=1) == pytest.approx(1)


def test_an_unsure_example_weighs_by_its_chances():
    texts, labels, weights = spread(np.array([[0.7, 0.28, 0.02], [0.0, 0.0, 1.0]]))

    assert list(zip(texts.tolist(), labels.tolist(), weights.tolist(), strict=True)) == [
        (0, 0, 0.7),
        (0, 1, 0.28),
        (1, 2, 1.0),
    ]


def test_taught_units_tell_words_that_no_judged_unit_has():
    features = UNIT_FEATURES["zh"]
    judged = [
        SentimentUnit(text, NOTHING_READ, LABELS.index(label))
        for text, label in (("很好用", "positive"), ("太差劲", "negative"), ("昨天买的", "none"))
        for _ in range(20)
    ]
    taught = [
        TaughtUnit(text, NOTHING_READ, chances)
        for text, chances in (("垫了泡沫", PRAISE), ("碎成渣", BLAME))
        for _ in range(20)
    ]
    unread = features.build(["垫了泡沫", "碎成渣"])

    for units, certain in ((taught, True), ([], False)):
        scores = fit_units([], judged, units, features).score(unread, np.zeros((2, len(EVIDENCE))))
        answers = [LABELS[place] for place in scores.argmax(axis=1)]
        assert (answers == ["positive", "negative"]) is certain
