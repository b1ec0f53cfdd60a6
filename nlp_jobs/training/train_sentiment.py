"""Train the sentiment head of one language, calibrate it together with the rules, measure it.

    python -m nlp_jobs.training.train_sentiment --language zh --data DIR [--csv FILE ...]

`--data` names a folder with the public data sets of `labelled_texts.DATA_SETS`; `--csv` adds
labelled files of your own. Writes `sentiment_<language>.npz` and `.metrics.json` to `--out`.
The same inputs give the same weights: nothing here is random.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import math
import re
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from nlp_jobs.components.polarity import MAX_RULE_SCORE
from nlp_jobs.features import HashedFeatures
from nlp_jobs.heads import MODEL_DIR, LinearHead
from nlp_jobs.lexicons.cues import CueFinder, iter_language_cues
from nlp_jobs.lexicons.language import load_lexicon
from nlp_jobs.polarity_rules import read_polarity
from nlp_jobs.training.labelled_texts import (
    DATA_SETS,
    LabelledText,
    load_data_set,
    load_labelled_csv,
)

FEATURES = {
    "zh": HashedFeatures((1, 2, 3), 18, keep_spaces=False),
    "en": HashedFeatures((1, 2, 3, 4, 5), 18, keep_spaces=True),
}
# Text lengths from which a calibration of its own applies: the shorter a text, the more the rules
# count. The first band is fitted on clauses cut out of the calibration texts.
BANDS = {"zh": (0, 12, 40), "en": (0, 35, 120)}
MIN_BAND = 50  # a band with fewer texts takes the calibration of all texts
CLAUSE = re.compile(r"[，。！？；,.!?;\n]+")
IDF_SCALE = 5.0
REGULARISATION = 4.0  # inverse strength C of the logistic regression


def build_matrix(features: HashedFeatures, texts: Sequence[str]) -> csr_matrix:
    """Texts as rows of 1/sqrt(n) per n-gram, the weighting that `LinearHead.score` applies."""
    rows, columns = features.hash(texts)
    counts = np.bincount(rows, minlength=len(texts))
    values = 1 / np.sqrt(counts[rows])
    return csr_matrix((values, (rows, columns)), shape=(len(texts), 1 << features.bits))


def fit_head(
    features: HashedFeatures, texts: Sequence[str], labels: NDArray[np.int64]
) -> LinearHead:
    """Fit a logistic regression on idf-scaled n-grams; the scale is folded into the weights."""
    matrix = build_matrix(features, texts)
    document_counts = np.asarray((matrix > 0).sum(axis=0)).ravel()
    scale = (np.log((1 + len(texts)) / (1 + document_counts)) + 1) / IDF_SCALE
    model = LogisticRegression(C=REGULARISATION, solver="liblinear", tol=1e-3)
    model.fit(matrix @ diags(scale), labels)
    weights = (model.coef_[0] * scale).astype(np.float16).astype(np.float32)
    weights[document_counts == 0] = 0.0
    return LinearHead(features, weights, float(model.intercept_[0]), facts={})


def read_rule_scores(texts: Sequence[str], language: str) -> NDArray[np.float64]:
    """The rule score of each whole text, clipped as the pipeline clips it."""
    finder = CueFinder(chain(iter_language_cues(load_lexicon(language))), language)
    scores = [read_polarity(text, finder.find(text), language).score for text in texts]
    return np.clip(np.array(scores), -MAX_RULE_SCORE, MAX_RULE_SCORE)


def calibrate(
    head: LinearHead, examples: Sequence[LabelledText], language: str
) -> list[dict[str, Any]]:
    """Fit (head weight, rule weight, bias) for each band of text lengths.

    Clauses carry the label of their text, which is often wrong for the clause. That flattens both
    weights alike, so the band of clauses takes their ratio, and steepness and bias of the next
    band.
    """
    bands = BANDS[language]
    cut = [
        (clause, example.label)
        for example in examples
        for clause in CLAUSE.split(example.text)
        if 2 <= len(clause) < bands[1]
    ]
    groups = [cut]
    for low, high in zip(bands[1:], [*bands[2:], 10**9], strict=True):
        groups.append([(e.text, e.label) for e in examples if low <= len(e.text) < high])
    everything = [(example.text, example.label) for example in examples]
    fitted = [
        _fit_weights(head, group if len(group) >= MIN_BAND else everything, language)
        for group in groups
    ]
    steepness = fitted[1][0] / fitted[0][0]
    fitted[0] = [fitted[0][0] * steepness, fitted[0][1] * steepness, fitted[1][2]]
    return [
        {"from_length": low, "weights": [round(weight, 4) for weight in weights]}
        for low, weights in zip(bands, fitted, strict=True)
    ]


def _fit_weights(head: LinearHead, pairs: Sequence[tuple[str, int]], language: str) -> list[float]:
    texts = [text for text, _ in pairs]
    inputs = np.column_stack([head.score(texts), read_rule_scores(texts, language)])
    model = LogisticRegression(C=1.0).fit(inputs, [label for _, label in pairs])
    return [*map(float, model.coef_[0]), float(model.intercept_[0])]


def measure(head: LinearHead, examples: Sequence[LabelledText], language: str) -> dict[str, Any]:
    """Accuracy with a 95 % Wilson interval, macro-F1 and calibration error, of head and rules."""
    texts = [example.text for example in examples]
    labels = np.array([example.label for example in examples])
    log_odds, rules = head.score(texts), read_rule_scores(texts, language)
    bands = sorted(head.facts["calibration"], key=lambda band: -band["from_length"])
    weights = np.array(
        [next(b["weights"] for b in bands if len(text) >= b["from_length"]) for text in texts]
    )
    joined = weights[:, 0] * log_odds + weights[:, 1] * rules + weights[:, 2]
    praise = 1 / (1 + np.exp(-joined))
    right = (praise > 0.5) == labels
    low, high = wilson_interval(int(right.sum()), len(labels))
    return {
        "n": len(labels),
        "positive_share": round(float(labels.mean()), 4),
        "accuracy": round(float(right.mean()), 4),
        "accuracy_low": round(low, 4),
        "accuracy_high": round(high, 4),
        "macro_f1": round(float(f1_score(labels, praise > 0.5, average="macro")), 4),
        "head_alone_accuracy": round(float(((log_odds > 0) == labels).mean()), 4),
        "expected_calibration_error": round(calibration_error(praise, labels), 4),
    }


def wilson_interval(hits: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % Wilson score interval of a share."""
    share = hits / total
    centre = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z / (1 + z * z / total) * math.sqrt(share * (1 - share) / total + z * z / (4 * total**2))
    return centre - half, centre + half


def calibration_error(
    praise: NDArray[np.float64], labels: NDArray[np.int64], bins: int = 10
) -> float:
    """Expected calibration error: mean gap between probability and share of praise over bins."""
    places = np.minimum((praise * bins).astype(int), bins - 1)
    gaps = (
        abs(praise[places == place].mean() - labels[places == place].mean())
        * (places == place).mean()
        for place in range(bins)
        if (places == place).any()
    )
    return float(sum(gaps))


def train(
    sources: dict[str, list[LabelledText]], licences: dict[str, str], language: str
) -> LinearHead:
    """Fit, calibrate and measure one head; the facts of the result hold the metrics per source."""
    # A text that several sources share is used once.
    unique = {example.text: example for examples in sources.values() for example in examples}
    examples = sorted(unique.values(), key=lambda example: example.text)
    fitted = [example for example in examples if example.split == "train"]
    head = fit_head(
        FEATURES[language],
        [example.text for example in fitted],
        np.array([example.label for example in fitted]),
    )
    held_out = [example for example in examples if example.split == "calibration"]
    head.facts["calibration"] = calibrate(head, held_out, language)
    head.facts["trained_on"] = {
        name: {
            "train": sum(example.split == "train" for example in found),
            "licence": licences[name],
        }
        for name, found in sources.items()
    }
    head.facts["test"] = {}
    for name, found in sources.items():
        held = [example for example in found if example.split == "test"]
        if len({example.label for example in held}) == 2:
            head.facts["test"][name] = measure(head, held, language)
    return head


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--language", choices=sorted(FEATURES), required=True)
    parser.add_argument("--data", type=Path, help="folder with the public data sets")
    parser.add_argument("--csv", type=Path, action="append", default=[], help="labelled CSV")
    parser.add_argument("--text-column", default="text")
    parser.add_argument("--label-column", default="label")
    parser.add_argument("--out", type=Path, default=MODEL_DIR)
    parser.add_argument("--leave-out", action="append", default=[], help="data set to leave out")
    options = parser.parse_args(arguments)
    sources: dict[str, list[LabelledText]] = {}
    licences: dict[str, str] = {}
    if options.data is not None:
        for data_set in DATA_SETS:
            if data_set.language == options.language and data_set.name not in options.leave_out:
                sources[data_set.name] = load_data_set(data_set, options.data)
                licences[data_set.name] = data_set.licence
    for path in options.csv:
        sources[path.stem] = load_labelled_csv(
            path, options.text_column, options.label_column, options.language
        )
        licences[path.stem] = "own data"
    sources = {name: found for name, found in sources.items() if found}
    if not sources:
        parser.error("no labelled texts found: give --data or --csv")
    head = train(sources, licences, options.language)
    options.out.mkdir(parents=True, exist_ok=True)
    stem = f"sentiment_{options.language}"
    head.save(options.out / f"{stem}.npz")
    metrics = {**head.facts, "measured_on": dt.datetime.now(dt.UTC).date().isoformat()}
    report = json.dumps(metrics, ensure_ascii=False, indent=2, sort_keys=True)
    (options.out / f"{stem}.metrics.json").write_text(report + "\n", encoding="utf-8")
    print(report)


if __name__ == "__main__":
    main()
