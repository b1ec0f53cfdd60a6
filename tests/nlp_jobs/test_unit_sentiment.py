"""`voc_unit_sentiment`: what the head decides, what it must leave, and how it is trained."""

from __future__ import annotations

import numpy as np
import pytest
import spacy
from spacy.tokens import Doc

from nlp_jobs.components.opinion_unit import (
    OPINION_UNITS,
    SENTIMENT_CONFIDENCE,
    SENTIMENT_LABEL,
    SENTIMENT_SCORE,
    OpinionUnit,
)
from nlp_jobs.components.unit_sentiment import (
    EVIDENCE,
    LABELS,
    UnitSentimentReader,
    gather_evidence,
    to_inputs,
)
from nlp_jobs.label_heads import LabelHeads
from nlp_jobs.polarity_rules import RuleReading
from nlp_jobs.training.train_unit_sentiment import (
    SentimentUnit,
    answer_as_before,
    list_evidence,
)
from nlp_jobs.training.unit_fitting import fit, fit_scale
from nlp_jobs.unit_features import UNIT_FEATURES
from tests.nlp_jobs.conftest import make_fixed_head


def make_head(scores: dict[str, float], extras: tuple[str, ...] = EVIDENCE) -> LabelHeads:
    """A head that gives every unit the same scores."""
    return make_fixed_head(LABELS, extras, scores)


BLAMES = make_head({"negative": 4.0})
SILENT = make_head({"none": 4.0})


def make_unit(label: str | None = "positive", **fields: object) -> OpinionUnit:
    """A unit that `voc_polarity` has read."""
    unit = OpinionUnit("customer", 0, 6, "箱子还没影儿")
    unit.praise, unit.neutral = 0.8, 0.1
    if label is not None:
        unit.sentiment_label, unit.sentiment_score = label, 2.0
        unit.sentiment_confidence = 0.7
    for name, value in fields.items():
        setattr(unit, name, value)
    return unit


def read(head: LabelHeads, *units: OpinionUnit, label: str | None = "positive") -> Doc:
    doc: Doc = spacy.blank("zh").make_doc("货")
    doc.user_data[OPINION_UNITS] = list(units)
    if label is not None:
        doc.user_data[SENTIMENT_LABEL] = label
        doc.user_data[SENTIMENT_SCORE] = 2.0
        doc.user_data[SENTIMENT_CONFIDENCE] = 0.7
    UnitSentimentReader(head)(doc)
    return doc


def test_the_head_has_the_last_word():
    unit = make_unit()

    read(BLAMES, unit)

    assert unit.sentiment_label == "negative"
    assert unit.sentiment_score is not None
    assert unit.sentiment_score < 0
    assert unit.sentiment_confidence == pytest.approx(np.exp(4) / (np.exp(4) + 3), abs=0.001)


def test_what_judges_nothing_has_no_sentiment_at_all():
    unit = make_unit()

    read(SILENT, unit)

    assert unit.sentiment_label is unit.sentiment_score is None
    assert unit.sentiment_confidence is None


@pytest.mark.parametrize(
    "fields",
    [
        {"promise_role": "promise"},
        {"praise": None},
        {"rules": RuleReading(1.0, 1, is_ironic=True)},
        {"rules": RuleReading(1.0, 1, prefers_competitor=True)},
        {"rules": RuleReading(1.0, 1, is_faultless=True)},
    ],
    ids=["quoted promise", "not read", "irony", "rival", "denied blame"],
)
def test_it_leaves_what_the_rules_know(fields: dict[str, object]):
    unit = make_unit(**fields)

    read(BLAMES, unit)

    assert (unit.sentiment_label, unit.sentiment_score) == ("positive", 2.0)


def test_the_text_keeps_what_it_says_as_a_whole():
    doc = read(BLAMES, make_unit())

    assert doc.user_data[SENTIMENT_LABEL] == "positive"


def test_a_silent_text_says_what_its_only_unit_says():
    unit = make_unit(None)

    doc = read(BLAMES, unit, label=None)

    assert doc.user_data[SENTIMENT_LABEL] == "negative"
    assert doc.user_data[SENTIMENT_SCORE] == unit.sentiment_score
    assert doc.user_data[SENTIMENT_CONFIDENCE] == unit.sentiment_confidence


@pytest.mark.parametrize(("score", "label"), [(-0.9, "negative"), (0.9, "neutral")])
def test_a_neutral_text_takes_the_side_that_it_leans_to(score: float, label: str):
    doc = spacy.blank("zh").make_doc("货")
    doc.user_data[OPINION_UNITS] = [make_unit()]
    doc.user_data[SENTIMENT_LABEL], doc.user_data[SENTIMENT_SCORE] = "neutral", score
    doc.user_data[SENTIMENT_CONFIDENCE] = 0.6

    UnitSentimentReader(BLAMES).read_batch([doc])

    assert doc.user_data[OPINION_UNITS][0].sentiment_label == "negative"
    assert doc.user_data[SENTIMENT_LABEL] == label


def test_many_docs_are_read_as_one_is():
    one, other = make_unit(), make_unit(None)
    docs = [spacy.blank("zh").make_doc("货") for _ in range(2)]
    docs[0].user_data[OPINION_UNITS] = [one]
    docs[1].user_data[OPINION_UNITS] = [other]

    list(UnitSentimentReader(BLAMES).pipe(docs))

    assert one.sentiment_label == other.sentiment_label == "negative"


def test_a_head_for_other_evidence_is_refused():
    with pytest.raises(ValueError, match="a head for"):
        UnitSentimentReader(make_head({}, extras=EVIDENCE[:-1]))


def test_evidence_tells_what_was_read_before():
    doc = read(SILENT)
    doc.user_data[SENTIMENT_LABEL], doc.user_data[SENTIMENT_SCORE] = "negative", -3.0

    [row] = to_inputs(gather_evidence(doc, [make_unit()]))

    told = dict(zip(EVIDENCE, row, strict=True))
    assert told["praise"] == told["praise of the only unit"] == pytest.approx(np.log(4))
    assert told["is judged"] == told["label"] == told["score"] == 1.0
    assert (told["side of the text"], told["score of the text"]) == (-1.0, -1.5)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("上周三在门店取的货", None),
        ("等了整整一个上午也没人来", "negative"),
        ("打开盖子一看，里面少了两个", "negative"),
        ("第二天一早就送到家门口了", "positive"),
        ("I bought it for my sister in May", None),
        ("We waited four hours and nobody came", "negative"),
    ],
)
def test_facts_judge_only_where_a_customer_would(read_units, text: str, label: str | None):
    assert read_units(text)[0]["sentiment_label"] == label


@pytest.fixture(name="read_units")
def fixture_read_units(annotator):
    return lambda text: annotator.annotate("key", text, None, "hash", "reviews", None)[1]


class TestTraining:
    @staticmethod
    def make(text: str, label: int, side: float = np.nan, praise: float = 0.5) -> SentimentUnit:
        """A unit of which nothing was read but its side."""
        told = (praise, 0.1, 0.0, 0.0, side, 0.0, 0.0, 0.0, 0.0, np.nan, 0.0)
        return SentimentUnit(text, told, label)

    def test_letters_and_evidence_tell_labels_apart(self):
        units = [
            self.make("退了三次都不给退", 1),
            self.make("不给退货真气人", 1),
            self.make("周三取的货", 0),
            self.make("周五取的", 0),
            self.make("挺满意", 3, 1.0, 0.9),
            self.make("满意的", 3, 1.0, 0.9),
        ]

        labels = [unit.label for unit in units]
        rows = UNIT_FEATURES["zh"].build([unit.text for unit in units])

        fitted = fit(rows, list_evidence(units), labels, np.ones(6), len(LABELS))

        asked = [
            self.make("不给退", 1),
            self.make("周四取货", 0),
            self.make("好", 3, 1.0, 0.9),
        ]
        rows = UNIT_FEATURES["zh"].build([unit.text for unit in asked])
        scores = fitted.score(rows, list_evidence(asked))
        assert scores.argmax(axis=1).tolist() == [1, 0, 3]

    def test_scores_that_are_too_sure_are_scaled_down(self):
        right = np.array([1, 1, 3, 3])
        scores = 8.0 * np.eye(4)[[1, 3, 3, 1]]

        assert fit_scale(scores, right) < 0.5

    def test_the_answer_before_is_read_from_the_evidence(self):
        units = [self.make("货", 0, side) for side in (np.nan, -1.0, 0.0, 1.0)]

        assert [LABELS[place] for place in answer_as_before(units)] == list(LABELS)
