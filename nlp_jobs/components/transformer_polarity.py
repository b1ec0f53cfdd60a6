"""`voc_transformer_polarity`: polarity of units and texts by a transformers model; optional.

Stands behind `voc_unit_sentiment` and writes the same columns. What the lighter pipe left null (no
opinion) stays null; where irony or a comparison decided there, the model decides here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from spacy import registry
from spacy.language import Language
from spacy.tokens import Doc

from nlp_jobs.components.opinion_unit import (
    OPINION_UNITS,
    SENTIMENT_CONFIDENCE,
    SENTIMENT_LABEL,
    SENTIMENT_SCORE,
    read_source_text,
)
from nlp_jobs.transformer_models import BackEndError, TransformerClassifier

LABELS = ("negative", "neutral", "positive")
_STARS = re.compile(r"^(?:label_)?([1-5])(?: stars?)?$")
_SPELLINGS = {
    "negative": {"negative", "neg", "-1", "负面", "消极", "差评"},
    "neutral": {"neutral", "neu", "0", "中性", "中立"},
    "positive": {"positive", "pos", "1", "正面", "积极", "好评"},
}


class Classifier(Protocol):
    """What gives label probabilities: `TransformerClassifier`, or anything alike."""

    labels: tuple[str, ...]

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return shape (texts, labels)."""
        ...


@registry.misc("voc.transformer.v1")
def make_classifier(model: str, device: str = "auto") -> TransformerClassifier:
    """A classifier from a folder or a hub name."""
    return TransformerClassifier(model, device)


@Language.factory(
    "voc_transformer_polarity",
    default_config={"meanings": {}},
    requires=["doc._.opinion_units"],
    assigns=["doc._.opinion_units", "doc._.sentiment_label"],
)
def make_transformer_polarity(
    nlp: Language, name: str, classifier: Classifier, meanings: dict[str, str]
) -> TransformerPolarity:
    """`meanings`: model label -> negative, neutral or positive, where its name does not say so."""
    return TransformerPolarity(classifier, meanings)


class TransformerPolarity:
    """Reads a batch of docs in one call of the model."""

    def __init__(self, classifier: Classifier, meanings: Mapping[str, str]) -> None:
        self.classifier = classifier
        self.meanings = read_meanings(classifier.labels, meanings)

    def __call__(self, doc: Doc) -> Doc:
        """Judge one doc; `pipe` is much faster."""
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], batch_size: int = 64) -> Iterator[Doc]:
        """Judge docs in batches, in order."""
        docs = iter(stream)
        while batch := list(islice(docs, batch_size)):
            self._judge(batch)
            yield from batch

    def _judge(self, docs: Sequence[Doc]) -> None:
        units = [
            unit
            for doc in docs
            for unit in doc.user_data[OPINION_UNITS]
            if unit.sentiment_label is not None
        ]
        speaking = [doc for doc in docs if doc.user_data.get(SENTIMENT_LABEL) is not None]
        texts = [unit.text for unit in units] + [customer_words(doc) for doc in speaking]
        if not texts:
            return
        verdicts = self.classifier.probabilities(texts) @ self.meanings
        for unit, shares in zip(units, verdicts, strict=False):
            unit.sentiment_label, unit.sentiment_score, unit.sentiment_confidence = verdict(shares)
        for doc, shares in zip(speaking, verdicts[len(units) :], strict=True):
            label, score, confidence = verdict(shares)
            doc.user_data[SENTIMENT_LABEL] = label
            doc.user_data[SENTIMENT_SCORE] = score
            doc.user_data[SENTIMENT_CONFIDENCE] = confidence


def verdict(shares: NDArray[np.float64]) -> tuple[str, float, float]:
    """(label, score -5..5, confidence) of the probabilities of negative, neutral, positive."""
    place = int(shares.argmax())
    return LABELS[place], round(5 * float(shares[2] - shares[0]), 2), round(float(shares[place]), 4)


def customer_words(doc: Doc) -> str:
    """What the customer said, unit by unit; the whole text where there is none."""
    said = [unit.text for unit in doc.user_data[OPINION_UNITS] if unit.speaker == "customer"]
    return "，".join(said) or read_source_text(doc)


def read_meanings(labels: Sequence[str], meanings: Mapping[str, str]) -> NDArray[np.float64]:
    """Return the matrix (labels, 3) that turns a model's labels into the three of ours.

    Known are the usual names, numbers -1/0/1 and stars 1 to 5 (1-2 negative, 3 neutral, 4-5
    positive). Raises `BackEndError` for a label that means nothing here.
    """
    matrix = np.zeros((len(labels), len(LABELS)))
    stars = [_STARS.match(label.lower()) for label in labels]
    are_stars = len(labels) == 5 and all(stars)
    for place, label in enumerate(labels):
        meaning = meanings.get(label)
        if meaning is None and are_stars:
            count = int(stars[place][1])  # type: ignore[index]
            meaning = "negative" if count < 3 else "positive" if count > 3 else "neutral"
        if meaning is None:
            meaning = next(
                (ours for ours, known in _SPELLINGS.items() if label.lower() in known), None
            )
        if meaning not in LABELS:
            raise BackEndError(
                f"The model's label {label!r} says nothing about polarity. Name its meaning: "
                "VOC_POLARITY_MEANINGS='{\"" + label + '": "positive"}\' (negative, neutral, '
                f"positive). Its labels: {', '.join(labels)}."
            )
        matrix[place, LABELS.index(meaning)] = 1.0
    return matrix
