"""Cross-validation of topic heads: nothing learns from what it is asked about."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from benchmarks import topic_heads
from benchmarks.topic_heads import Classes, CueReader
from nlp_jobs.taxonomy import load_pack
from nlp_jobs.training.topic_texts import TopicText

PACK = load_pack("retail")
TEXTS = [
    TopicText("refund", "return_refund", "钱还没到账"),
    TopicText("return_policy", "return_refund", "拆封就不给退"),
    TopicText("taste", "product_experience", "咬下去一包汁"),
    TopicText(None, "delivery", "换一家快递吧"),
    TopicText(None, None, "谢谢"),
]


def test_a_touchpoint_has_the_chances_of_its_topics():
    classes = Classes.of(TEXTS)
    chances = {("refund", "return_refund"): 0.3, ("return_policy", "return_refund"): 0.3}
    chances[("taste", "product_experience")] = 0.4
    row = np.array([[chances.get(pair, 0.0) for pair in classes.pairs]])

    assert classes.answer(row, 0.0) == [("taste", "return_refund")]
    assert classes.answer(row, 0.5) == [(None, "return_refund")]


def test_a_sentence_teaches_nothing_about_itself():
    """With labels drawn by lot a head is right by chance only, though it knows all by heart."""
    generator = np.random.default_rng(1)
    targets = np.eye(4)[generator.integers(0, 4, 400)]
    rows = generator.normal(size=(400, 500))
    folds = generator.integers(0, topic_heads.FOLDS, 400)
    kernel = rows @ rows.T / 500

    scores = topic_heads.cross_validate(kernel, targets, folds)
    fitted = kernel @ topic_heads.solve(kernel, targets)

    right = targets.argmax(axis=1)
    assert (scores.argmax(axis=1) == right).mean() == pytest.approx(0.25, abs=0.07)
    assert (fitted.argmax(axis=1) == right).mean() > 0.9


def test_what_can_be_learned_is_learned():
    generator = np.random.default_rng(1)
    labels = generator.integers(0, 4, 200)
    rows = np.eye(4)[labels] + generator.normal(scale=0.2, size=(200, 4))
    folds = generator.integers(0, topic_heads.FOLDS, 200)

    scores = topic_heads.cross_validate(rows @ rows.T, np.eye(4)[labels], folds)

    assert (scores.argmax(axis=1) == labels).mean() > 0.95


def test_words_of_the_same_company_lie_close():
    clauses = [
        f"the {thing} {verb}" for thing in ("kettle", "toaster") for verb in ("hums", "leaks")
    ]
    clauses += [
        f"our {who} {verb}" for who in ("driver", "courier") for verb in ("smiled", "swore")
    ]
    vectors = topic_heads.WordVectors(clauses * 20, topic_heads.FEATURES["en"])

    kettle, toaster, driver = vectors.embed(["kettle", "toaster", "driver"])

    assert kettle @ toaster > kettle @ driver + 0.3
    assert not vectors.embed(["unheard"]).any()


def test_cues_speak_for_their_topic_and_its_touchpoint():
    classes = Classes.of(TEXTS)
    reader = CueReader("zh", PACK)

    topics, touchpoints, none, despite = reader.weigh(["退款还没到账", "嗯嗯"], classes)

    refund = classes.pairs.index(("refund", "return_refund"))
    policy = classes.pairs.index(("return_policy", "return_refund"))
    assert topics[0, refund] > topics[0, policy] == 0
    assert touchpoints[0, refund] == touchpoints[0, policy] > 0
    assert not topics[1].any() and not despite[1].any()
    assert none[0].tolist() == despite[0].tolist() != [0.0] * len(classes.pairs)


def row(**labels: Any) -> dict[str, Any]:
    empty = dict.fromkeys(("topic_slug", "touchpoint_slug", "department_slug"))
    return {"speaker": "customer", "promise_role": "none", **empty, **labels}


def test_where_cues_speak_a_filling_head_is_silent():
    classes = Classes.of(TEXTS)
    named = row(topic_slug="taste", touchpoint_slug="product_experience", department_slug="product")
    rows = [row(), dict(named), row(speaker="agent"), row(promise_role="promise")]
    chances = np.array([[pair[0] == "refund" for pair in classes.pairs]] * 3, dtype=float)

    def label(silent_only: bool) -> list[tuple[str | None, ...]]:
        [(_, units)] = topic_heads.replace_labels(
            [({}, rows)], chances, classes, PACK, 0.5, silent_only=silent_only
        )
        return [(u["topic_slug"], u["touchpoint_slug"], u["department_slug"]) for u in units]

    refund, nothing = ("refund", "return_refund", "after_sales"), (None, None, None)
    assert label(silent_only=True) == [
        refund,
        ("taste", "product_experience", "product"),
        nothing,
        nothing,
    ]
    assert label(silent_only=False) == [refund, refund, nothing, nothing]
