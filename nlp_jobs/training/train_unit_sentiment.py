"""Train the heads of `voc_unit_sentiment`: whether a unit judges anything, and what.

    python -m nlp_jobs.training.train_unit_sentiment --language zh --data DIR [--out DIR]

A logistic regression over nothing said, blame, neutral and praise, on n-grams of the unit and on
what the pipes before it read (`unit_sentiment.EVIDENCE`), learns from written sentences and from
judged units of public texts (`unit_texts`). Judged units whose texts are for calibration
(`choose_split`) set the scale of its chances; those held out serve to measure alone. No chance in
it: the same folder gives the same weights.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlp_jobs.components.unit_sentiment import (
    EVIDENCE,
    LABELS,
    NOTHING_SAID,
    gather_evidence,
    select_units,
    to_inputs,
)
from nlp_jobs.heads import MODEL_DIR
from nlp_jobs.label_heads import LabelHeads, prune
from nlp_jobs.training import topic_texts
from nlp_jobs.training.train_routing import save_with_metrics
from nlp_jobs.training.unit_fitting import fit, fit_scale, score_answers
from nlp_jobs.training.unit_texts import (
    build_pipes,
    find_texts,
    hash_unit,
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
JUDGED_WEIGHT = 1.0
KEPT_WEIGHTS = 150_000


class SentimentUnit(NamedTuple):
    """A unit as the head meets it: letters, what was read of it, place of its label in `LABELS`."""

    text: str
    evidence: tuple[float, ...]
    label: int


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


def read_judged(language: str, data: Path) -> dict[str, list[SentimentUnit]]:
    """The judged units by the split of their texts, each with evidence from its whole text.

    Raises `FileNotFoundError` when the folder holds none of the public sets.
    """
    rows = read_judgements(language, "sentiment")
    texts = find_texts(language, PUBLIC_FILES[language], data, rows)
    judged: dict[str, SentimentUnit] = {}
    splits: dict[str, str] = {}
    docs = build_pipes(language, PIPE).pipe(texts)
    for split, doc in zip(texts.values(), docs, strict=True):
        units = select_units(doc)
        for unit, evidence in zip(units, gather_evidence(doc, units), strict=True):
            key = hash_unit(unit.text)
            if key in rows and key not in judged:
                label = find_label(rows[key]["sentiment"])
                judged[key] = SentimentUnit(unit.text, evidence, label)
                splits[key] = split
    by_split: dict[str, list[SentimentUnit]] = {"train": [], "calibration": [], "test": []}
    for key in sorted(judged):
        by_split[splits[key]].append(judged[key])
    return by_split


def find_label(word: str) -> int:
    """The place of a label of the examples (pos, neg, neu, none) in `LABELS`."""
    return LABELS.index(WORDS_OF_LABELS[word])


def list_evidence(units: Sequence[SentimentUnit]) -> Numbers:
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


def train(language: str, data: Path) -> LabelHeads:
    """Return the head of a language; its facts hold the figures."""
    written = read_written(language)
    judged = read_judged(language, data)
    learnt = [*written, *judged["train"]]
    counted = np.concatenate([np.ones(len(written)), np.full(len(judged["train"]), JUDGED_WEIGHT)])
    features = UNIT_FEATURES[language]
    fitted = fit(
        features.build([unit.text for unit in learnt]),
        list_evidence(learnt),
        [unit.label for unit in learnt],
        counted,
        len(LABELS),
    )
    columns, kept = prune(fitted.letters, KEPT_WEIGHTS)
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
        "calibrated_on": len(held_back),
        "public units held out": {
            "polarity alone": score(held_out, list(answer_as_before(held_out))),
            "with the head": score(held_out, score_units(held_out).argmax(axis=1).tolist()),
        },
    }
    return head


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--language", choices=sorted(UNIT_FEATURES), required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder with the public data sets")
    parser.add_argument("--out", type=Path, default=MODEL_DIR)
    options = parser.parse_args(arguments)
    head = train(options.language, options.data)
    print(save_with_metrics(head, options.out, f"unit_sentiment_{options.language}"))


if __name__ == "__main__":
    main()
