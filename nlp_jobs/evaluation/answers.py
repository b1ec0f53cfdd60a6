"""Who answers which kind of task: the whole pipeline, the aspect heads, the routing heads.

Every function takes the cases of one task and gives a `TaskResult`. Texts go in as they stand in
the file: cleaning belongs to what is measured.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from nlp_jobs.annotate import Annotator, Feedback
from nlp_jobs.aspects import AspectReader
from nlp_jobs.domain_shares import SAMPLE
from nlp_jobs.evaluation.public_sets import POLARITY_NAMES, Case
from nlp_jobs.evaluation.results import TaskResult, score_classes, score_label_sets
from nlp_jobs.named_opinions import Named, NamedOpinionReader
from nlp_jobs.routing_heads import Router
from nlp_jobs.text.clean import clean
from nlp_jobs.text.script import to_simplified
from warehouse.keys import text_hash

NEUTRAL = "neutral"
Labelled = tuple[dict[str, Any], list[dict[str, Any]]]


class NotAvailableError(Exception):
    """The part that would answer is missing; the message says which."""


class Opinions:
    """The whole pipeline as a user has it: raw text in, document and unit labels out.

    The texts of one data set are those of one source (see `nlp_jobs.domain_shares`).
    """

    def __init__(self, pack: str = "retail") -> None:
        self._annotator = Annotator(pack)

    def read(self, texts: Sequence[str]) -> list[Labelled]:
        """Label each text once, however often it occurs; language and script are detected."""
        distinct = list(dict.fromkeys(texts))
        feedback = [
            Feedback(str(place), text, None, text_hash(text), "evaluation")
            for place, text in enumerate(distinct)
        ]
        # files are often sorted, so their beginning would not do
        sample = random.Random(0).sample(feedback, min(SAMPLE, len(feedback)))
        self._annotator.know_domains(self._annotator.learn_domains(sample))
        labelled = dict(zip(distinct, self._annotator.annotate_many(feedback), strict=True))
        return [labelled[text] for text in texts]


def praise_probability(document: dict[str, Any]) -> float:
    """The probability of praise, if it is praise or blame, behind a document's score.

    The score is 5 tanh(log-odds / 4), times the probability of not being neutral where the label
    is neutral (see `nlp_jobs.verdicts.judge`).
    """
    score = document["sentiment_score"] / 5
    if document["sentiment_label"] == NEUTRAL:
        score /= max(1 - document["sentiment_confidence"], 0.01)
    return 1 / (1 + math.exp(-4 * math.atanh(max(-0.999, min(0.999, score)))))


def answer_polarity(cases: Sequence[Case], opinions: Opinions, head: str) -> TaskResult:
    """Praise or blame: the sign of the document's score; no score is a wrong answer."""
    documents = [document for document, _ in opinions.read(_texts(cases))]
    gold = [str(case.gold) for case in cases]
    return score_classes(
        gold,
        [read_sign(document["sentiment_score"]) for document in documents],
        [
            (praise_probability(document), label == "positive")
            for label, document in zip(gold, documents, strict=True)
            if document["sentiment_score"] is not None
        ],
    )


def read_sign(score: float | None) -> str | None:
    """The side of a score; null without one, or on the border."""
    return None if not score else "positive" if score > 0 else "negative"


def answer_sentiment(cases: Sequence[Case], opinions: Opinions, head: str) -> TaskResult:
    """The document's label; a text without any opinion counts as neutral."""
    return _score_labels(cases, [document for document, _ in opinions.read(_texts(cases))])


def answer_term_sentiment(cases: Sequence[Case], opinions: Opinions, head: str) -> TaskResult:
    """The label of the unit that holds the term, else of the document; no opinion is neutral."""
    labelled = opinions.read(_texts(cases))
    return _score_labels(
        cases,
        [
            find_opinion(case.focus, document, units)
            for case, (document, units) in zip(cases, labelled, strict=True)
        ],
    )


def answer_pair_sentiment(cases: Sequence[Case], opinions: Opinions, head: str) -> TaskResult:
    """The label of the named terms (aspect, opinion) read as a text of their own.

    Where they hold no opinion by themselves, that of the unit they stand in, else of the document.
    """
    pairs = [" ".join(term for term in case.focus if term) or case.text for case in cases]
    alone, in_context = opinions.read(pairs), opinions.read(_texts(cases))
    found = [
        document if document["sentiment_label"] else find_opinion(case.focus[::-1], *labelled)
        for case, (document, _), labelled in zip(cases, alone, in_context, strict=True)
    ]
    return _score_labels(cases, found)


def answer_named_sentiment(cases: Sequence[Case], opinions: Opinions, head: str) -> TaskResult:
    """What the head for named opinions of that language says of the terms."""
    named = [Named(case.text, *case.focus) for case in cases]
    return _score_labels(cases, [asdict(found) for found in load_named_reader(head).read(named)])


def find_opinion(
    terms: Sequence[str], document: dict[str, Any], units: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """The first unit with an opinion that holds one of the terms, the first term first.

    Without such a unit, the document.
    """
    opinionated = [unit for unit in units if unit["sentiment_label"]]
    for term in (to_simplified(clean(term)) for term in terms if term):
        for unit in opinionated:
            if term in unit["redacted_text"]:
                return unit
    return document


def answer_aspects(cases: Sequence[Case], opinions: Opinions, head: str) -> TaskResult:
    """All aspects that the head finds in the text, against all that the file names."""
    reader = load_aspect_reader(head)
    found = reader.read(_texts(cases))
    gold = [frozenset(case.gold) for case in cases]
    return score_label_sets(
        gold,
        [frozenset(aspect.label for aspect in aspects) for aspects in found],
        sorted({*reader.labels, *(label for labels in gold for label in labels)}),
        [
            (aspect.confidence, aspect.label in labels)
            for labels, aspects in zip(gold, found, strict=True)
            for aspect in aspects
        ],
    )


def answer_aspect_polarity(cases: Sequence[Case], opinions: Opinions, head: str) -> TaskResult:
    """The polarity of an aspect that the file names, whether the head would find it or not."""
    reader = load_aspect_reader(head)
    found = reader.read_polarity(_texts(cases), [case.focus[0] for case in cases])
    gold = [str(case.gold) for case in cases]
    predicted = [POLARITY_NAMES.get(str(aspect.polarity)) for aspect in found]
    return score_classes(
        gold,
        predicted,
        [
            (aspect.polarity_confidence, label == answer)
            for aspect, label, answer in zip(found, gold, predicted, strict=True)
            if aspect.polarity_confidence is not None
        ],
    )


def answer_routing(cases: Sequence[Case], opinions: Opinions, head: str) -> TaskResult:
    """The one category that the head chooses."""
    routes = load_router(head).route(_texts(cases))
    gold = [str(case.gold) for case in cases]
    return score_classes(
        gold,
        [route.label for route in routes],
        [
            (route.confidence, route.label == label)
            for route, label in zip(routes, gold, strict=True)
        ],
    )


ANSWERS: dict[str, Callable[[Sequence[Case], Opinions, str], TaskResult]] = {
    "polarity": answer_polarity,
    "sentiment": answer_sentiment,
    "term_sentiment": answer_term_sentiment,
    "pair_sentiment": answer_pair_sentiment,
    "named_sentiment": answer_named_sentiment,
    "aspects": answer_aspects,
    "aspect_polarity": answer_aspect_polarity,
    "routing": answer_routing,
}


def load_aspect_reader(head: str) -> AspectReader:
    """The aspect reader of that name; `NotAvailableError` when its weights are not shipped."""
    try:
        return AspectReader(head)
    except ValueError as failure:
        raise NotAvailableError(str(failure)) from failure


def load_named_reader(language: str) -> NamedOpinionReader:
    """The reader of named opinions; `NotAvailableError` when the language has none."""
    try:
        return NamedOpinionReader(language)
    except ValueError as failure:
        raise NotAvailableError(str(failure)) from failure


def load_router(head: str) -> Router:
    """The router of that name; `NotAvailableError` when its weights are not shipped."""
    try:
        return Router(head)
    except ValueError as failure:
        raise NotAvailableError(str(failure)) from failure


def _score_labels(cases: Sequence[Case], rows: Sequence[dict[str, Any]]) -> TaskResult:
    gold = [str(case.gold) for case in cases]
    labels = [row["sentiment_label"] for row in rows]
    result = score_classes(
        gold,
        [label or NEUTRAL for label in labels],
        [
            (row["sentiment_confidence"], label == answer)
            for row, label, answer in zip(rows, labels, gold, strict=True)
            if label is not None
        ],
    )
    return result.about("", "", n_no_verdict=labels.count(None))


def _texts(cases: Sequence[Case]) -> list[str]:
    return [case.text for case in cases]
