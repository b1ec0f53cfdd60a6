"""Heads of many labels: scores, probabilities, storage, and what the features see."""

from pathlib import Path

import numpy as np
import pytest

from nlp_jobs.features import HashedFeatures
from nlp_jobs.label_heads import (
    LabelHeads,
    choose_supported,
    load_label_heads,
    prune,
    round_weights,
)
from nlp_jobs.text_features import TextFeatures, read_settings, write_settings

CHARACTERS = HashedFeatures((1, 2), 12, keep_spaces=False)
TEXTS = ["变速箱顿挫，换挡也顿挫", "", "", "", "刹车失灵", "good car １２３"]
SETTINGS = [
    TextFeatures(CHARACTERS, counted="each"),
    TextFeatures(CHARACTERS, (1, 2), 10),
    TextFeatures(CHARACTERS, opening=3, terms=(("变速箱", ("传动",)), ("换挡", ("传动",)))),
    TextFeatures(CHARACTERS, (1,), 10, forms=("good", "刹车失灵")),
]
KINDS = ["each", "words", "opening and terms", "forms"]


def make_heads(features: TextFeatures, kind: str = "single", **more) -> LabelHeads:
    weights = np.random.default_rng(7).normal(size=(features.width, 3))
    columns, kept = prune(weights, features.width)
    return LabelHeads(
        kind=kind,
        labels=("一", "二", "三"),
        features=features,
        columns=columns,
        weights=kept,
        intercepts=np.array([0.1, 0.0, -0.1]),
        calibration=np.array([[2.0] * 3, [0.0] * 3]),
        thresholds=np.full(3, 0.5),
        **more,
    )


@pytest.mark.parametrize("features", SETTINGS, ids=KINDS)
def test_scores_are_the_rows_times_the_weights(features: TextFeatures):
    heads = make_heads(features)
    weights = np.zeros((features.width, 3))
    weights[heads.columns] = heads.weights

    assert np.allclose(heads.score(TEXTS), features.build(TEXTS) @ weights + heads.intercepts)


@pytest.mark.parametrize("features", SETTINGS, ids=KINDS)
def test_scores_do_not_depend_on_the_company_of_other_texts(features: TextFeatures):
    heads = make_heads(features)

    assert np.allclose(heads.score(TEXTS), [heads.score([text])[0] for text in TEXTS])


@pytest.mark.parametrize("features", SETTINGS, ids=KINDS)
def test_heads_survive_saving(features: TextFeatures, tmp_path: Path):
    heads = make_heads(features, facts={"language": "zh"})
    heads.save(tmp_path / "heads.npz")

    loaded = load_label_heads(tmp_path / "heads.npz")

    assert loaded.features == features == read_settings(write_settings(features))
    assert loaded.facts == {"language": "zh"}
    assert np.allclose(loaded.score(TEXTS), heads.score(TEXTS))
    assert loaded.predict(TEXTS) == heads.predict(TEXTS)


def test_a_single_head_gives_one_label_and_shares_that_add_up():
    heads = make_heads(SETTINGS[0])

    shares = heads.probabilities(TEXTS)

    assert np.allclose(shares.sum(axis=1), 1)
    assert [len(pairs) for pairs in heads.predict(TEXTS)] == [1] * len(TEXTS)
    assert heads.predict(TEXTS)[0][0][0] == heads.labels[int(shares[0].argmax())]


def test_a_multiple_head_gives_the_labels_above_their_threshold_best_first():
    heads = make_heads(SETTINGS[0], "multiple")

    found = heads.predict(TEXTS)

    for pairs, shares in zip(found, heads.probabilities(TEXTS), strict=True):
        assert {label for label, _ in pairs} == {
            label for label, share in zip(heads.labels, shares, strict=True) if share >= 0.5
        }
        assert [share for _, share in pairs] == sorted((s for _, s in pairs), reverse=True)


def test_extra_inputs_add_to_the_scores_and_must_fit():
    plain = make_heads(SETTINGS[0])
    weights = np.array([[1.0, 0.0, -1.0]], dtype=np.float32)
    heads = make_heads(SETTINGS[0], extras=("hits",), extra_weights=weights)
    extra = np.array([[2.0], [0.0], [1.0], [0.0], [0.0], [1.0]])

    assert np.allclose(heads.score(TEXTS, extra) - plain.score(TEXTS), extra @ weights)
    with pytest.raises(ValueError, match="hits"):
        heads.score(TEXTS)
    with pytest.raises(ValueError, match="expected"):
        heads.score(TEXTS, extra[:2])


def test_pruning_keeps_the_heaviest_weights():
    weights = np.array([[0.1, -3.0], [0.2, 0.3], [0.0, 2.0]])

    columns, kept = prune(weights, 2)

    assert columns.tolist() == [0, 2]
    # on steps of 3 / 127
    assert kept == pytest.approx(np.array([[0.0, -3.0], [0.0, 2.0]]), abs=1.5 / 127)


def test_rounded_weights_are_those_that_are_saved(tmp_path: Path):
    heads = make_heads(SETTINGS[0])
    heads.save(tmp_path / "heads.npz")

    loaded = load_label_heads(tmp_path / "heads.npz")

    assert np.array_equal(loaded.weights, heads.weights)
    assert round_weights(heads.weights) == pytest.approx(heads.weights, rel=1e-6)


def test_terms_of_one_group_speak_for_each_other():
    terms = (("减震器", ("悬架",)), ("避震", ("悬架",)), ("刹车", ("制动",)))
    features = TextFeatures(CHARACTERS, terms=terms)

    rows = features.build(["减震器漏油", "避震坏了", "刹车软"]).toarray()

    groups = rows[:, -2:] > 0  # sorted: 制动, 悬架
    assert groups.tolist() == [[False, True], [False, True], [True, False]]


def test_an_opening_is_told_from_the_rest():
    features = TextFeatures(CHARACTERS, opening=2)

    first, last = features.build(["公交车很晚", "很晚公交车"]).toarray()

    base = 1 << CHARACTERS.bits
    assert first[base:].nonzero()[0].tolist() != last[base:].nonzero()[0].tolist()


def test_what_a_word_says_may_depend_on_the_question():
    features = TextFeatures(CHARACTERS, forms=("Q1", "Q10"))
    plain = TextFeatures(CHARACTERS)

    def own_columns(text: str) -> set[int]:
        rows = features.build([text])
        return {column for column in rows.indices.tolist() if column >= plain.width}

    first, tenth, other = own_columns("Q1 慢"), own_columns("Q10 慢"), own_columns("Q2 慢")
    assert first and tenth and not first & tenth
    assert not other and not own_columns("慢")
    assert features.build(["Q1 慢"])[:, : plain.width].sum() == plain.build(["Q1 慢"]).sum()


def test_what_rules_say_too_needs_less_of_a_chance():
    chances = np.array([[0.5, 0.3, 0.2], [0.5, 0.3, 0.2], [0.2, 0.1, 0.7], [0.95, 0.03, 0.02]])
    said = np.array([[False] * 3, [False, False, True], [False, True, False], [False, True, False]])

    places = choose_supported(chances, said, np.array([0.0, 0.4, 0.4]))

    assert places.tolist() == [0, 2, 2, 0]
