"""Train the alarm heads, which read safety hazards, legal threats and threats with the media.

    python -m nlp_jobs.training.train_alarms --language zh --data DIR [--out DIR]

Learns from sentences written for it (`alarm_examples/<language>.tsv`), from clauses of public
texts that were read and judged (`alarm_examples/judged.csv`: hashes and labels, no text), and from
what is taken for harmless: other clauses of the public texts, and sentences written about other
things (`unit_texts`); a few of those are alarms, which the weights allow for. Beside the words the
head is told what the pipes before it read (`alarms.EVIDENCE`). Logistic regression per label, a
fixed seed: the same folder gives the same weights. A label's threshold lets `FALSE_ALARMS` of the
written look-alikes through when they are scored by models that have not seen them. Judged clauses
of texts that are held out only measure: most were read because a head rang or nearly rang.
"""

from __future__ import annotations

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
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, hstack
from sklearn.linear_model import LogisticRegression

from nlp_jobs.components.alarms import EVIDENCE, weigh_evidence
from nlp_jobs.components.opinion_unit import OPINION_UNITS, OpinionUnit
from nlp_jobs.label_heads import LabelHeads, prune
from nlp_jobs.threat_cues import THREATS
from nlp_jobs.training.command_line import parse_options
from nlp_jobs.training.labelled_texts import choose_split, prepare_text, read_csv
from nlp_jobs.training.unit_fitting import FOLDS, assign_folds
from nlp_jobs.training.unit_texts import build_pipes, read_marked_sentences, read_sentences
from nlp_jobs.unit_features import UNIT_FEATURES

Numbers = NDArray[np.float64]
EXAMPLES = Path(__file__).resolve().parent / "alarm_examples"
LABELS = THREATS
HARMLESS_LABEL = "none"
# the share of the written look-alikes on which a label may fire; in life most are rarer
FALSE_ALARMS = {"safety": 0.04, "legal": 0.02, "media": 0.01}
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
CLAUSE_LENGTHS = range(6, 121)  # characters
HARMLESS = 15_000  # public clauses to learn from
REST = 60_000  # public clauses to measure the share of alarms on, at most
EVIDENCE_SCALE = 0.4  # the smaller, the less a cue may weigh beside the letters
KEPT_WEIGHTS = 130_000
SEED = 1
# how much one example counts beside one unread clause
WRITTEN, JUDGED, OTHER_ALARM, ALARM = 3.0, 5.0, 5.0, 10.0


@dataclass(frozen=True)
class Examples:
    """Texts, labels (texts, LABELS) and weights (texts,) of those that are no alarm."""

    texts: list[str]
    labels: Numbers
    weights: Numbers

    def weigh(self, place: int) -> Numbers:
        """The weights (texts,) for the label at that place."""
        is_other = self.labels.any(axis=1)
        weights = np.where(is_other, OTHER_ALARM, self.weights)
        return np.where(self.labels[:, place] == 1, ALARM, weights)


def hash_clause(clause: str) -> str:
    """Return the name by which `judged.csv` knows a clause."""
    return hashlib.sha256(clause.encode()).hexdigest()[:16]


def read_written(language: str, directory: Path = EXAMPLES) -> Examples:
    """Return the sentences written for the heads.

    Raises `ValueError` with the line for a broken line and an unknown label.
    """
    marked = read_marked_sentences(directory / f"{language}.tsv", (*LABELS, HARMLESS_LABEL))
    slugs, texts = [slug for slug, _ in marked], [text for _, text in marked]
    labels = np.array([[slug == label for label in LABELS] for slug in slugs], dtype=float)
    return Examples(texts, labels, np.full(len(texts), WRITTEN))


def read_harmless(language: str) -> list[str]:
    """Return the sentences written to learn topics from, without those about dangers."""
    return [
        row["text"]
        for _, row in read_sentences(language, ("topic", "need"))
        if row["topic"] != "safety_hazard" and row["need"] != "safety"
    ]


def read_judged(language: str) -> dict[str, tuple[str, ...]]:
    """Return hash -> labels of the public clauses that were read; () for a harmless one."""
    with (EXAMPLES / "judged.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["clause_hash"]: tuple(row["labels"].split())
            for row in csv.DictReader(file)
            if row["language"] == language
        }


def iter_clauses(directory: Path, language: str, held_out: bool = False) -> Iterator[str]:
    """Yield the distinct clauses of the public texts that are held out, or of the others."""
    seen: set[str] = set()
    for name in PUBLIC_FILES[language]:
        path = directory / f"{name}.csv.gz"
        for row in read_csv(path) if path.exists() else ():
            text = prepare_text(row.get("text") or row.get("narrative") or "", language)
            if (choose_split(text) == "test") is not held_out:
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
    weights = np.full(len(found), JUDGED)
    return Examples([clause for clause, _ in found], labels, weights), others


def read_evidence(texts: Sequence[str], language: str) -> csr_matrix:
    """What the pipes read of each text (texts, EVIDENCE): of its unit with the strongest cues."""
    rows = np.zeros((len(texts), len(EVIDENCE)))
    for row, doc in enumerate(build_pipes(language, "voc_alarms").pipe(texts)):
        units: list[OpinionUnit] = doc.user_data[OPINION_UNITS]
        if units:
            found = weigh_evidence(units, language)
            rows[row] = found[found[:, : len(THREATS)].sum(axis=1).argmax()]
    return csr_matrix(rows)


def fit(matrix: csr_matrix, targets: Numbers, weights: Numbers) -> tuple[Numbers, float]:
    """Weights (columns,) and intercept of one label; rows (texts, columns) are idf-weighted."""
    model = LogisticRegression(C=1.0, max_iter=400).fit(matrix, targets, weights)
    return model.coef_[0], float(model.intercept_[0])


def cross_validate(
    matrix: csr_matrix, targets: Numbers, weights: Numbers, folds: NDArray[np.int64]
) -> Numbers:
    """Scores (written,) of the written examples, which come first, each by a model without it."""
    written = len(folds)
    scores = np.zeros(written)
    for fold in range(FOLDS):
        kept = np.concatenate([folds != fold, np.ones(matrix.shape[0] - written, dtype=bool)])
        coefficients, intercept = fit(matrix[kept], targets[kept], weights[kept])
        held_out = matrix[:written][folds == fold]
        scores[folds == fold] = held_out @ coefficients + intercept
    return scores


def measure(
    scores: Numbers, thresholds: Numbers, clauses: Sequence[str], judged: dict[str, tuple[str, ...]]
) -> dict[str, Any]:
    """What rings among held-out clauses, by label; `scores` (clauses, LABELS) are logits.

    `right` counts among those that were read; `known` are all alarms that readers have found.
    """
    verdicts = [judged.get(hash_clause(clause)) for clause in clauses]
    is_read = np.array([verdict is not None for verdict in verdicts])
    figures: dict[str, Any] = {"clauses": len(clauses), "read": int(is_read.sum())}
    for place, label in enumerate(LABELS):
        is_alarm = np.array([label in (verdict or ()) for verdict in verdicts])
        rings = scores[:, place] >= thresholds[place]
        figures[label] = {
            "rings": int(rings.sum()),
            "rings_read": int((rings & is_read).sum()),
            "right": int((rings & is_alarm).sum()),
            "known": int(is_alarm.sum()),
        }
    return figures


def train(language: str, directory: Path) -> tuple[LabelHeads, dict[str, Any]]:
    """Return the heads of a language and their figures.

    Raises `FileNotFoundError` when the folder holds none of the public sets.
    """
    written = read_written(language)
    clauses = sorted(iter_clauses(directory, language))
    if not clauses:
        raise FileNotFoundError(f"{directory} holds none of {', '.join(PUBLIC_FILES[language])}")
    verdicts = read_judged(language)
    judged, others = sort_clauses(clauses, verdicts)
    random.Random(SEED).shuffle(others)
    harmless_count = min(HARMLESS, len(others) // 2)
    harmless, rest = others[:harmless_count], others[harmless_count : harmless_count + REST]
    others_written = read_harmless(language)
    harmless += others_written
    unread = Examples(harmless, np.zeros((len(harmless), len(LABELS))), np.ones(len(harmless)))
    parts = (written, judged, unread)
    texts = [text for part in parts for text in part.texts]
    labels = np.vstack([part.labels for part in parts])

    features = UNIT_FEATURES[language]
    counts = features.build(texts)
    present = np.asarray((counts > 0).sum(axis=0)).ravel()
    idf = np.log((1 + counts.shape[0]) / (1 + present)) + 1
    scale = diags(np.concatenate([idf, np.full(len(EVIDENCE), EVIDENCE_SCALE)]))
    matrix = csr_matrix(hstack([counts, read_evidence(texts, language)]) @ scale)
    rest_matrix = csr_matrix(hstack([features.build(rest), read_evidence(rest, language)]) @ scale)

    held_out = sorted(iter_clauses(directory, language, held_out=True))
    held_out_matrix = csr_matrix(
        hstack([features.build(held_out), read_evidence(held_out, language)]) @ scale
    )
    held_out_scores = np.zeros((len(held_out), len(LABELS)))

    columns = np.zeros((features.width, len(LABELS)))
    evidence_weights = np.zeros((len(EVIDENCE), len(LABELS)))
    intercepts, bars = np.zeros(len(LABELS)), np.zeros(len(LABELS))
    figures: dict[str, Any] = {}
    folds = assign_folds(len(written.texts))
    is_look_alike = ~written.labels.any(axis=1)
    for place, label in enumerate(LABELS):
        targets = labels[:, place]
        weights = np.concatenate([part.weigh(place) for part in parts])
        coefficients, intercepts[place] = fit(matrix, targets, weights)
        columns[:, place] = coefficients[: features.width] * idf
        evidence_weights[:, place] = coefficients[features.width :] * EVIDENCE_SCALE
        held_out_scores[:, place] = held_out_matrix @ coefficients + intercepts[place]
        scores = cross_validate(matrix, targets, weights, folds)
        bars[place] = np.quantile(scores[is_look_alike], 1 - FALSE_ALARMS[label])
        is_alarm = written.labels[:, place] == 1
        found = scores >= bars[place]
        figures[label] = {
            "written_alarms": int(is_alarm.sum()),
            "recall_cross_validated": round(float(found[is_alarm].mean()), 3),
            "false_alarms_on_look_alikes": int(found[is_look_alike].sum()),
            "look_alikes": int(is_look_alike.sum()),
            "share_of_public_clauses": round(
                float((rest_matrix @ coefficients + intercepts[place] >= bars[place]).mean()), 5
            ),
        }
    kept, kept_weights = prune(columns, KEPT_WEIGHTS)
    metrics = {
        "trained_on": dt.date.today().isoformat(),
        "written": len(written.texts),
        "judged": len(judged.texts),
        "harmless": harmless_count,
        "written_about_other_things": len(others_written),
        "public_clauses_for_shares": len(rest),
        "labels": figures,
        "held_out_clauses": measure(held_out_scores, bars, held_out, verdicts),
    }
    heads = LabelHeads(
        kind="multiple",
        labels=LABELS,
        features=features,
        columns=kept,
        weights=kept_weights,
        intercepts=intercepts,
        calibration=np.array([np.ones(len(LABELS)), np.zeros(len(LABELS))]),
        thresholds=1 / (1 + np.exp(-bars)),
        extras=EVIDENCE,
        extra_weights=evidence_weights.astype(np.float32),
        facts={"seed": SEED, "written": len(written.texts), "judged": len(judged.texts)},
    )
    return heads, metrics


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line entry point."""
    options = parse_options(__doc__, PUBLIC_FILES, arguments)
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
