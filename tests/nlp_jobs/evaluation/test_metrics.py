import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, f1_score

from nlp_jobs.evaluation import metrics
from nlp_jobs.evaluation.results import NO_VERDICT, score_classes, score_label_sets

GOLD = ["a", "a", "a", "b", "b", "c"] * 20
GIVEN = ["a", "b", "a", "b", "c", "c"] * 20


def test_a_share_has_the_wilson_interval():
    found = metrics.share(45, 50)

    # by the formula: centre (p + z²/2n) / (1 + z²/n), p = .9, n = 50, z = 1.96
    assert found is not None
    assert found.value == 0.9
    assert found.low == pytest.approx(0.7864, abs=1e-4)
    assert found.high == pytest.approx(0.9565, abs=1e-4)
    assert metrics.share(0, 0) is None


def test_macro_f1_and_matrix_agree_with_scikit_learn():
    matrix = metrics.confusion_matrix(GOLD, GIVEN, ["a", "b", "c"])
    found = metrics.macro_f1(matrix)

    assert matrix.tolist() == confusion_matrix(GOLD, GIVEN).tolist()
    assert found is not None
    assert found.value == pytest.approx(f1_score(GOLD, GIVEN, average="macro"))
    assert found.low < found.value < found.high


def test_macro_f1_ignores_labels_that_gold_never_has():
    gold, given = ["a", "a", "b"], ["a", "z", "b"]
    matrix = metrics.confusion_matrix(gold, given, ["a", "b", "z"])
    found = metrics.macro_f1(matrix)

    assert found is not None
    assert found.value == pytest.approx(f1_score(gold, given, labels=["a", "b"], average="macro"))


def test_multi_label_f1_agrees_with_scikit_learn():
    generator = np.random.default_rng(0)
    gold, given = generator.random((200, 4)) < 0.3, generator.random((200, 4)) < 0.3
    labels = ["a", "b", "c", "d"]
    sets = [[frozenset(np.array(labels)[row].tolist()) for row in table] for table in (gold, given)]

    found = score_label_sets(*sets, labels)

    assert found.micro_f1 is not None
    assert found.macro_f1 is not None
    assert found.micro_f1.value == pytest.approx(f1_score(gold, given, average="micro"))
    assert found.macro_f1.value == pytest.approx(f1_score(gold, given, average="macro"))
    assert found.accuracy is not None
    assert found.accuracy.value == (gold == given).all(axis=1).mean()


def test_intervals_are_the_same_every_time_and_as_wide_as_those_of_drawn_cases():
    matrix = metrics.confusion_matrix(GOLD, GIVEN, ["a", "b", "c"])
    first, again = metrics.macro_f1(matrix), metrics.macro_f1(matrix)
    generator = np.random.default_rng(1)
    drawn = [generator.integers(0, len(GOLD), len(GOLD)) for _ in range(300)]
    values = [
        f1_score(np.array(GOLD)[places], np.array(GIVEN)[places], average="macro")
        for places in drawn
    ]
    low, high = np.percentile(values, [2.5, 97.5])

    assert first is not None
    assert first == again
    assert (first.low, first.high) == pytest.approx((low, high), abs=0.02)


def test_calibration_error_is_the_mean_gap_between_confidence_and_right_answers():
    found = metrics.calibration(
        [0.95] * 10 + [0.65] * 10, [True] * 9 + [False] + [True] * 5 + [False] * 5
    )

    assert found is not None
    error, bins = found
    assert error == pytest.approx((0.05 + 0.15) / 2)
    assert [(part.n, part.accuracy) for part in bins] == [(10, 0.5), (10, 0.9)]
    assert metrics.calibration([], []) is None


def test_no_verdict_is_a_wrong_answer():
    found = score_classes(["a", "a", "b", "b"], ["a", None, "b", "a"])

    assert found.accuracy is not None
    assert (found.n, found.n_no_verdict, found.accuracy.value) == (4, 1, 0.5)
    assert found.confusion is not None
    assert found.confusion.labels == ["a", "b", NO_VERDICT]
    assert found.confusion.most_frequent_errors() == [("a", NO_VERDICT, 1), ("b", "a", 1)]
    assert found.to_json()["accuracy"]["value"] == 0.5
