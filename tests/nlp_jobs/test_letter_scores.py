"""One pass over the letters for all heads gives each head what it would read itself."""

from __future__ import annotations

import numpy as np
import pytest

from nlp_jobs.components.letters import LetterReader
from nlp_jobs.components.opinion_unit import OPINION_UNITS, OpinionUnit
from nlp_jobs.features import HashedFeatures
from nlp_jobs.label_heads import LabelHeads, prune
from nlp_jobs.letter_scores import (
    ALARMS,
    SENTIMENT,
    SIGNALS,
    TOPICS,
    LetterScorer,
    take_scores,
)
from nlp_jobs.pipelines import build_pipeline
from nlp_jobs.text_features import TextFeatures

TEXTS = ["箱子还没影儿", "退款退了三次", "good", ""]


def make_head(seed: int, labels: int, bits: int = 10) -> LabelHeads:
    """A head of random weights, half of them pruned."""
    features = TextFeatures(HashedFeatures((1, 2), bits, keep_spaces=False))
    random = np.random.default_rng(seed)
    columns, kept = prune(random.normal(size=(features.width, labels)), features.width // 2)
    noughts = np.zeros(labels)
    return LabelHeads(
        kind="single",
        labels=tuple(map(str, range(labels))),
        features=features,
        columns=columns,
        weights=kept,
        intercepts=random.normal(size=labels),
        calibration=np.array([noughts + 1, noughts]),
        thresholds=noughts,
    )


def make_units() -> list[OpinionUnit]:
    return [OpinionUnit("customer", 0, len(text), text) for text in TEXTS]


def test_each_head_gets_what_it_would_score_alone():
    heads = {"few": make_head(1, 2), "many": make_head(2, 7)}

    found = LetterScorer(heads).score(TEXTS)

    for name, head in heads.items():
        assert found[name] == pytest.approx(head.score_letters(TEXTS), abs=1e-5)


def test_heads_of_other_letters_are_refused():
    with pytest.raises(ValueError, match="few, wide read different n-grams"):
        LetterScorer({"few": make_head(1, 2), "wide": make_head(1, 2, bits=11)})


def test_scores_are_taken_up_where_they_were_left():
    head = make_head(1, 2)
    units = make_units()
    left = np.arange(8, dtype=np.float32).reshape(4, 2)
    for row, unit in enumerate(units):
        unit.letters = ({"few": left}, row)

    assert np.array_equal(take_scores(units[1:3], "few", head), left[1:3])


def test_letters_are_read_where_nobody_left_scores():
    head = make_head(1, 2)

    assert take_scores(make_units(), "few", head) == pytest.approx(head.score_letters(TEXTS))


def test_a_head_that_was_left_out_reads_itself():
    head = make_head(1, 2)
    units = make_units()
    for row, unit in enumerate(units):
        unit.letters = ({"other": np.zeros((4, 2), dtype=np.float32)}, row)

    assert take_scores(units, "few", head) == pytest.approx(head.score_letters(TEXTS))


@pytest.mark.parametrize(
    ("language", "text"), [("zh", "退款拖了三周"), ("en", "Refund took weeks")]
)
def test_the_pipeline_leaves_the_scores_of_its_own_heads(language: str, text: str):
    nlp = build_pipeline(language)
    [unit] = nlp(text).user_data[OPINION_UNITS]

    for name, pipe in (
        (TOPICS, "voc_topics"),
        (SENTIMENT, "voc_unit_sentiment"),
        (ALARMS, "voc_alarms"),
        (SIGNALS, "voc_signal_heads"),
    ):
        head = nlp.get_pipe(pipe).head
        alone = OpinionUnit("customer", 0, len(text), text)
        assert take_scores([unit], name, head) == pytest.approx(
            take_scores([alone], name, head), abs=1e-4
        )


def test_units_of_agents_are_not_read():
    nlp = build_pipeline("zh")
    reader = nlp.get_pipe("voc_letters")
    assert isinstance(reader, LetterReader)
    doc = nlp.make_doc("货")
    doc.user_data[OPINION_UNITS] = [OpinionUnit("agent", 0, 1, "货")]

    reader(doc)

    assert doc.user_data[OPINION_UNITS][0].letters is None
