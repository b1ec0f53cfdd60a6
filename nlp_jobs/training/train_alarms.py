"""Train the alarm heads, which read safety hazards.

    python -m nlp_jobs.training.train_alarms --language zh --data DIR [--out DIR]

Learns from sentences written for it (`alarm_examples/<language>.yml`), from clauses of public
texts that were read and judged (`alarm_examples/judged.csv`: hashes and labels, no text), and from
other clauses of the public texts as examples of what is harmless; a few of those are alarms, which
the weights allow for. Logistic regression per label, a fixed seed: the same folder gives the same
weights. A label's threshold lets `ALARM_RATES` of the public clauses through.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import hashlib
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags
from sklearn.linear_model import LogisticRegression

from nlp_jobs.features import HashedFeatures
from nlp_jobs.heads import MODEL_DIR
from nlp_jobs.label_heads import LabelHeads, prune
from nlp_jobs.text_features import TextFeatures
from nlp_jobs.training.labelled_texts import choose_split, prepare_text, read_csv

Numbers = NDArray[np.float64]
EXAMPLES = Path(__file__).resolve().parent / "alarm_examples"
# Threats of law and media are examples of other things here: a head that learnt them too found
# hardly more than the words of the rules do, and raised more false alarms.
LABELS = ("safety",)
# the share of public clauses on which a label may fire
ALARM_RATES = {"safety": 0.002}
PUBLIC_FILES = {
    "zh": (
        "zh_sentiment_online_shopping_10cats",
        "zh_sentiment_waimai",
        "zh_sentiment_hotel",
        "zh_appstore_reviews",
        "zh_car_complaints",
        "zh_gov_messages_replies",
    ),
    "en": (
        "en_airline_tweets",
        "en_nhs_survey_verbatims",
        "en_aspect_acos_laptop_restaurant",
        "en_cfpb_complaints",
    ),
}
CLAUSE_ENDS = {"zh": r"[。！？!?；;\n]", "en": r"[!?;\n]|(?<=[a-z])\. "}
FEATURES = {
    "zh": TextFeatures(HashedFeatures(orders=(1, 2, 3, 4), bits=18, keep_spaces=False), (1, 2)),
    "en": TextFeatures(HashedFeatures(orders=(3, 4, 5), bits=18, keep_spaces=True), (1, 2)),
}
CLAUSE_LENGTHS = range(6, 121)  # characters
HARMLESS = 15_000  # public clauses to learn from
REST = 60_000  # public clauses to set thresholds on, at most
FOLDS = 5
KEPT_WEIGHTS = 90_000
SEED = 1
# how much one example counts beside one unread clause
WRITTEN, JUDGED, ALARM = 3.0, 5.0, 15.0


@dataclass(frozen=True)
class Examples:
    """Texts, labels (texts, LABELS) and weights (texts,)."""

    texts: list[str]
    labels: Numbers
    weights: Numbers


def hash_clause(clause: str) -> str:
    """Return the name by which `judged.csv` knows a clause."""
    return hashlib.sha256(clause.encode()).hexdigest()[:16]


def read_written(language: str) -> Examples:
    """Return the sentences written for the heads."""
    content: dict[str, list[str]] = yaml.safe_load(
        (EXAMPLES / f"{language}.yml").read_text(encoding="utf-8")
    )
    rows = [(slug, prepare_text(str(text), language)) for slug in content for text in content[slug]]
    labels = np.array([[slug == label for label in LABELS] for slug, _ in rows], dtype=float)
    weights = np.where(labels.any(axis=1), ALARM, WRITTEN)
    return Examples([text for _, text in rows], labels, weights)


def read_judged(language: str) -> dict[str, tuple[str, ...]]:
    """Return hash -> labels of the public clauses that were read; () for a harmless one."""
    with (EXAMPLES / "judged.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["clause_hash"]: tuple(row["labels"].split())
            for row in csv.DictReader(file)
            if row["language"] == language
        }


def iter_clauses(directory: Path, language: str) -> Iterator[str]:
    """Yield the distinct clauses of the public texts that are not held out."""
    seen: set[str] = set()
    for name in PUBLIC_FILES[language]:
        path = directory / f"{name}.csv.gz"
        for row in read_csv(path) if path.exists() else ():
            text = prepare_text(row.get("text") or row.get("narrative") or "", language)
            if choose_split(text) == "test":
                continue
            for part in re.split(CLAUSE_ENDS[language], text):
                clause = part.strip()
                if len(clause) in CLAUSE_LENGTHS and clause not in seen:
                    seen.add(clause)
                    yield clause


def sort_clauses(
    clauses: Sequence[str], judged: dict[str, tuple[str, ...]]
) -> tuple[Examples, list[str]]:
    """Return the judged clauses as examples, and the others."""
    found: list[tuple[str, tuple[str, ...]]] = []
    others: list[str] = []
    for clause in clauses:
        verdict = judged.get(hash_clause(clause))
        if verdict is None:
            others.append(clause)
        else:
            found.append((clause, verdict))
    labels = np.array([[label in slugs for label in LABELS] for _, slugs in found], dtype=float)
    labels = labels.reshape(-1, len(LABELS))
    weights = np.where(labels.any(axis=1), ALARM, JUDGED)
    return Examples([clause for clause, _ in found], labels, weights), others


def fit(matrix: csr_matrix, targets: Numbers, weights: Numbers) -> tuple[Numbers, float]:
    """Weights (columns,) and intercept of one label; rows (texts, columns) are idf-weighted."""
    model = LogisticRegression(C=1.0, max_iter=400).fit(matrix, targets, weights)
    return model.coef_[0], float(model.intercept_[0])


def cross_validate(matrix: csr_matrix, targets: Numbers, weights: Numbers, written: int) -> Numbers:
    """Scores (written,) of the written examples, each by a model that has not seen it."""
    folds = np.random.default_rng(SEED).integers(0, FOLDS, written)
    scores = np.zeros(written)
    for fold in range(FOLDS):
        kept = np.concatenate([folds != fold, np.ones(matrix.shape[0] - written, dtype=bool)])
        coefficients, intercept = fit(matrix[kept], targets[kept], weights[kept])
        held_out = matrix[:written][folds == fold]
        scores[folds == fold] = held_out @ coefficients + intercept
    return scores


def train(language: str, directory: Path) -> tuple[LabelHeads, dict[str, Any]]:
    """Return the heads of a language and their figures.

    Raises `FileNotFoundError` when the folder holds none of the public sets.
    """
    written = read_written(language)
    clauses = sorted(iter_clauses(directory, language))
    if not clauses:
        raise FileNotFoundError(f"{directory} holds none of {', '.join(PUBLIC_FILES[language])}")
    judged, others = sort_clauses(clauses, read_judged(language))
    random.Random(SEED).shuffle(others)
    harmless, rest = others[:HARMLESS], others[HARMLESS : HARMLESS + REST]
    texts = written.texts + judged.texts + harmless
    labels = np.vstack([written.labels, judged.labels, np.zeros((len(harmless), len(LABELS)))])
    weights = np.concatenate([written.weights, judged.weights, np.ones(len(harmless))])

    features = FEATURES[language]
    counts = features.build(texts)
    present = np.asarray((counts > 0).sum(axis=0)).ravel()
    idf = np.log((1 + counts.shape[0]) / (1 + present)) + 1
    matrix = csr_matrix(counts @ diags(idf))
    rest_matrix = csr_matrix(features.build(rest) @ diags(idf))

    columns = np.zeros((features.width, len(LABELS)))
    intercepts, thresholds = np.zeros(len(LABELS)), np.zeros(len(LABELS))
    figures: dict[str, Any] = {}
    for place, label in enumerate(LABELS):
        targets = labels[:, place]
        coefficients, intercept = fit(matrix, targets, weights)
        columns[:, place], intercepts[place] = coefficients * idf, intercept
        scores = rest_matrix @ coefficients + intercept
        threshold = float(np.quantile(scores, 1 - ALARM_RATES[label]))
        thresholds[place] = 1 / (1 + np.exp(-threshold))
        held_out = cross_validate(matrix, targets, weights, len(written.texts)) >= threshold
        is_alarm = written.labels[:, place] == 1
        figures[label] = {
            "written_alarms": int(is_alarm.sum()),
            "recall_cross_validated": round(float(held_out[is_alarm].mean()), 3),
            "false_alarms_on_written_others": int(held_out[~is_alarm].sum()),
            "written_others": int((~is_alarm).sum()),
            "share_of_public_clauses": ALARM_RATES[label],
        }
    kept, kept_weights = prune(columns, KEPT_WEIGHTS)
    metrics = {
        "trained_on": dt.date.today().isoformat(),
        "written": len(written.texts),
        "judged": len(judged.texts),
        "harmless": len(harmless),
        "public_clauses_for_thresholds": len(rest),
        "labels": figures,
    }
    heads = LabelHeads(
        kind="multiple",
        labels=LABELS,
        features=features,
        columns=kept,
        weights=kept_weights,
        intercepts=intercepts,
        calibration=np.array([np.ones(len(LABELS)), np.zeros(len(LABELS))]),
        thresholds=thresholds,
        facts={"seed": SEED, "written": len(written.texts), "judged": len(judged.texts)},
    )
    return heads, metrics


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--language", choices=sorted(PUBLIC_FILES), required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder with the public data sets")
    parser.add_argument("--out", type=Path, default=MODEL_DIR)
    options = parser.parse_args(arguments)
    heads, metrics = train(options.language, options.data)
    path = options.out / f"alarms_{options.language}.npz"
    heads.save(path)
    path.with_suffix("").with_suffix(".metrics.json").write_text(
        json.dumps(metrics, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
    print(json.dumps(metrics, ensure_ascii=False, indent=2))
    print(f"{path}: {path.stat().st_size / 1000:,.0f} kB")


if __name__ == "__main__":
    main()
