"""Train the heads of `voc_unit_sentiment`: whether a unit judges anything, and what.

    python -m nlp_jobs.training.train_unit_sentiment --language zh --data DIR [--out DIR]

A logistic regression over nothing said, blame, neutral and praise, on n-grams of the unit and on
what the pipes before it read (`unit_sentiment.EVIDENCE`), learns from written sentences and from
judged units of public texts (`unit_texts`). Judged units whose texts are for calibration
(`choose_split`) set the scale of its chances; those held out serve to measure alone. A second fit
learns from public units that nobody judged too: from what the first fit and a pretrained encoder
(`teach_units`) say of them together. No chance in it: the same folder gives the same weights.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from nlp_jobs.components.unit_sentiment import (
    EVIDENCE,
    LABELS,
    NOTHING_SAID,
    gather_evidence,
    select_units,
    to_inputs,
)
from nlp_jobs.label_heads import LabelHeads, prune
from nlp_jobs.text_features import TextFeatures
from nlp_jobs.training import judged_texts, topic_texts
from nlp_jobs.training.command_line import parse_options
from nlp_jobs.training.taught_units import read_taught, shorten, spread
from nlp_jobs.training.train_routing import save_with_metrics
from nlp_jobs.training.unit_fitting import Fitted, fit, fit_scale, score_answers
from nlp_jobs.training.unit_texts import (
    build_pipes,
    hash_unit,
    iter_units,
    read_judgements,
    read_sentences,
)
from nlp_jobs.unit_features import UNIT_FEATURES

Numbers = NDArray[np.float64]
PIPE = "voc_unit_sentiment"
# texts of other trades than the packs' topics were judged on: opinions are spoken alike
PUBLIC_FILES = {
    "zh": (
        *topic_texts.PUBLIC_FILES["zh"],
        "zh_sentiment_hotel",
        "zh_sentiment_waimai",
        "zh_meituan_restaurant_stars",
        "zh_car_aspect_bdci2018",
        "zh_car_complaints",
        "zh_gov_messages_replies",
    ),
    "en": (
        *topic_texts.PUBLIC_FILES["en"],
        "en_nhs_survey_verbatims",
        "en_nhs_survey_phase1",
    ),
}
WORDS_OF_LABELS = {"pos": "positive", "neg": "negative", "neu": "neutral", "none": NOTHING_SAID}
KEPT_WEIGHTS = {"zh": 300_000, "en": 150_000}
# What an example counts beside a judged unit once taught units are there: they are many, and like
# judged units rather than like written sentences. Chosen on units held out of both kinds.
WRITTEN_WEIGHT, TAUGHT_WEIGHT = 3.0, 0.3
LEAST_CHANCE = 1e-3  # that a teacher gives: it writes its chances in steps


class SentimentUnit(NamedTuple):
    """A unit as the head meets it: letters, what was read of it, place of its label in `LABELS`."""

    text: str
    evidence: tuple[float, ...]
    label: int


class TaughtUnit(NamedTuple):
    """A unit that nobody judged, and the chances of `LABELS` by a teacher."""

    text: str
    evidence: tuple[float, ...]
    chances: Numbers


class PublicUnits(NamedTuple):
    """Units of public texts: judged ones by the split of their texts, and taught ones."""

    judged: dict[str, list[SentimentUnit]]
    taught: list[TaughtUnit]


def read_written(language: str) -> list[SentimentUnit]:
    """The written sentences that are one unit for the pipes."""
    rows = [row for _, row in read_sentences(language, ("sentiment",))]
    docs = build_pipes(language, PIPE).pipe([row["text"] for row in rows])
    found = []
    for row, doc in zip(rows, docs, strict=True):
        units = select_units(doc)
        if len(units) == 1:
            [evidence] = gather_evidence(doc, units)
            found.append(SentimentUnit(units[0].text, evidence, find_label(row["sentiment"])))
    return found


def read_public(language: str, data: Path) -> PublicUnits:
    """The judged and the taught units, each with evidence from its whole text.

    Raises `FileNotFoundError` when the folder holds none of the public sets.
    """
    rows = read_judgements(language, "sentiment")
    inside = judged_texts.read_judgements(topic_texts.JUDGED_INSIDE, language, "sentiment")
    chances = read_taught(language, LABELS)
    texts = {
        found.doc.text: found.split
        for key, found in iter_units(language, PUBLIC_FILES[language], data)
        if key in rows or shorten(key) in chances or hash_unit(found.doc.text) in inside
    }
    if not texts:
        raise FileNotFoundError(f"{data} holds none of {', '.join(PUBLIC_FILES[language])}")
    judged: dict[str, SentimentUnit] = {}
    splits: dict[str, str] = {}
    taught: dict[str, TaughtUnit] = {}
    docs = build_pipes(language, PIPE).pipe(texts)
    for split, doc in zip(texts.values(), docs, strict=True):
        units = select_units(doc)
        text = hash_unit(doc.text)
        left = dict(inside.get(text, {}))
        for unit, evidence in zip(units, gather_evidence(doc, units), strict=True):
            key = hash_unit(unit.text)
            if key in left:  # the same words may be judged otherwise in another text
                name = f"{text} {key}"
                judged[name] = SentimentUnit(unit.text, evidence, find_label(left.pop(key)))
                splits[name] = split
            elif key in rows and key not in judged:
                label = find_label(rows[key]["sentiment"])
                judged[key] = SentimentUnit(unit.text, evidence, label)
                splits[key] = split
            elif split == "train" and key not in taught and shorten(key) in chances:
                taught[key] = TaughtUnit(unit.text, evidence, chances[shorten(key)])
    by_split: dict[str, list[SentimentUnit]] = {"train": [], "calibration": [], "test": []}
    for key in sorted(judged):
        by_split[splits[key]].append(judged[key])
    return PublicUnits(by_split, [taught[key] for key in sorted(taught)])


def find_label(word: str) -> int:
    """The place of a label of the examples (pos, neg, neu, none) in `LABELS`."""
    return LABELS.index(WORDS_OF_LABELS[word])


def list_evidence(units: Sequence[SentimentUnit | TaughtUnit]) -> Numbers:
    """What the head is told of units beside their letters (units, EVIDENCE)."""
    return to_inputs([unit.evidence for unit in units])


def score(units: Sequence[SentimentUnit], answers: Sequence[int]) -> dict[str, Any]:
    """Accuracy over the four answers, and micro-F1 of what is said at all."""
    pairs = [(unit.label, answer) for unit, answer in zip(units, answers, strict=True)]
    return {"n": len(pairs)} | score_answers(pairs, LABELS.index(NOTHING_SAID))


def answer_as_before(units: Sequence[SentimentUnit]) -> Iterator[int]:
    """What `voc_polarity` alone says."""
    judged, side = EVIDENCE.index("is judged"), EVIDENCE.index("label")
    for row in list_evidence(units):
        yield 2 + int(row[side]) if row[judged] else 0


def fit_units(
    written: Sequence[SentimentUnit],
    judged: Sequence[SentimentUnit],
    taught: Sequence[TaughtUnit],
    features: TextFeatures,
) -> Fitted:
    """The weights, learnt from labels; then from labels and from what both teachers say together.

    The teacher has seen the unit alone, the first fit what its text says too: each knows what the
    other does not, and their chances are multiplied.
    """
    learnt = [*written, *judged]
    rows = features.build([unit.text for unit in learnt])
    evidence = list_evidence(learnt)
    labels = np.array([unit.label for unit in learnt])
    fitted = fit(rows, evidence, labels.tolist(), np.ones(len(learnt)), len(LABELS))
    if not taught:
        return fitted
    taught_rows = features.build([unit.text for unit in taught])
    taught_evidence = list_evidence(taught)
    scores = fitted.score(taught_rows, taught_evidence)
    scores += np.log(np.maximum([unit.chances for unit in taught], LEAST_CHANCE))
    chances = np.exp(scores - scores.max(axis=1, keepdims=True))
    texts, found, weights = spread(chances / chances.sum(axis=1, keepdims=True))
    counted = np.repeat([WRITTEN_WEIGHT, 1.0], [len(written), len(judged)])
    return fit(
        csr_matrix(vstack([rows, taught_rows[texts]])),
        np.vstack([evidence, taught_evidence[texts]]),
        [*labels.tolist(), *found.tolist()],
        np.concatenate([counted, TAUGHT_WEIGHT * weights]),
        len(LABELS),
    )


def train(language: str, data: Path) -> LabelHeads:
    """Return the head of a language; its facts hold the figures."""
    written = read_written(language)
    judged, taught = read_public(language, data)
    features = UNIT_FEATURES[language]
    fitted = fit_units(written, judged["train"], taught, features)
    columns, kept = prune(fitted.letters, KEPT_WEIGHTS[language])
    ones, noughts = np.ones(len(LABELS)), np.zeros(len(LABELS))
    head = LabelHeads(
        kind="single",
        labels=LABELS,
        features=features,
        columns=columns,
        weights=kept,
        intercepts=fitted.intercepts,
        calibration=np.array([ones, noughts]),
        thresholds=noughts,
        extras=EVIDENCE,
        extra_weights=fitted.evidence.astype(np.float32),
    )

    def score_units(units: Sequence[SentimentUnit]) -> Numbers:
        return head.score([unit.text for unit in units], list_evidence(units))

    held_back = judged["calibration"]
    right = np.array([unit.label for unit in held_back])
    head.calibration[0] = round(fit_scale(score_units(held_back), right), 3)
    held_out = judged["test"]
    head.facts["metrics"] = {
        "trained_on": dt.date.today().isoformat(),
        "written": len(written),
        "judged": len(judged["train"]),
        "taught": len(taught),
        "calibrated_on": len(held_back),
        "public units held out": {
            "polarity alone": score(held_out, list(answer_as_before(held_out))),
            "with the head": score(held_out, score_units(held_out).argmax(axis=1).tolist()),
        },
    }
    return head


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line entry point."""
    options = parse_options(__doc__, UNIT_FEATURES, arguments)
    head = train(options.language, options.data)
    print(save_with_metrics(head, options.out, f"unit_sentiment_{options.language}"))


if __name__ == "__main__":
    main()
