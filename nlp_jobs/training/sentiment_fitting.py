"""Fits the weights of a sentiment head: praise by domain, membership of domains, neutrality."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, hstack
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from nlp_jobs.heads import SentimentHead
from nlp_jobs.position_features import PositionFeatures
from nlp_jobs.training.labelled_texts import NEUTRAL, NO_DOMAIN, PRAISE, LabelledText

FEATURES = {
    "zh": PositionFeatures((1, 2, 3), 20, keep_spaces=False),
    "en": PositionFeatures((1, 2, 3, 4, 5), 20, keep_spaces=True),
}
MIN_DOMAIN = 1000  # a domain with fewer texts of praise or blame has no reading of its own
MIN_DOCUMENTS = 2  # an n-gram of one text teaches nothing
REGULARISATION = 6.0  # inverse strength C of the logistic regressions
IDF_SCALE = 5.0
# Later passes over the texts change the last digits of weights that eight bits round anyway.
TOLERANCE, PASSES = 5e-2, 40
OTHERS_WEIGHT = 0.3  # what texts of other domains count in the reading of a domain
OWN_SCALE = 2.0  # what the copies of n-grams count that only the own texts of a domain have
NEUTRAL_STEP = 3  # of sets without neutral texts every third text teaches what is not neutral
OTHER_OUTPUTS = 0.3  # what weights of domains and neutrality count in the choice of n-grams
CHUNK = 4096  # texts in one feature pass


def build_matrix(features: PositionFeatures, texts: Sequence[str]) -> csr_matrix:
    """Texts as rows of 1/sqrt(n) per n-gram, the weighting that `SentimentHead` applies."""
    rows, columns, values = [], [], []
    for start in range(0, len(texts), CHUNK):
        read = features.read(texts[start : start + CHUNK])
        owners = np.searchsorted(read.stops, np.arange(len(read.codes)), "right")
        for block in read.blocks():
            found = [_inside(owners, reach, column, features.width) for reach, column in block]
            owner = np.concatenate([pair[0] for pair in found])
            counts = np.bincount(owner, minlength=len(read.starts))
            rows.append((owner + start).astype(np.int32))
            columns.append(np.concatenate([pair[1] for pair in found]).astype(np.int32))
            values.append((1 / np.sqrt(counts[owner])).astype(np.float32))
    return csr_matrix(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))),
        shape=(len(texts), features.width),
    )


def _inside(
    owners: NDArray[np.int64], reach: int, columns: NDArray[np.int64], width: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(text, column) of the n-grams that lie within one text."""
    first, last = owners[: len(columns)], owners[reach : reach + len(columns)]
    kept = (first == last) & (columns < width)
    return first[kept], columns[kept]


def choose_domains(examples: Sequence[LabelledText]) -> tuple[str, ...]:
    """The domains with enough texts, and the general reading of all of them."""
    counts = Counter(example.domain for example in examples if example.label != NEUTRAL)
    large = {name for name, count in counts.items() if count >= MIN_DOMAIN} - {NO_DOMAIN}
    return (*sorted(large), NO_DOMAIN)


def number_domains(examples: Sequence[LabelledText], domains: Sequence[str]) -> NDArray[np.int64]:
    """The place of each example's domain; small domains are general."""
    places = {name: place for place, name in enumerate(domains)}
    return np.array([places.get(example.domain, places[NO_DOMAIN]) for example in examples])


def share_domains(examples: Sequence[LabelledText], domains: Sequence[str]) -> list[float]:
    """Which share of the examples is of each domain: what membership takes for granted."""
    counts = np.bincount(number_domains(examples, domains), minlength=len(domains))
    return [round(float(share), 6) for share in counts / len(examples)]


def fit_head(
    features: PositionFeatures,
    examples: Sequence[LabelledText],
    domains: Sequence[str],
    keep: int,
) -> SentimentHead:
    """Fit all outputs on idf-scaled n-grams; the scale is folded into the weights.

    The `keep` heaviest n-grams stay. Nothing is calibrated yet.
    """
    matrix = build_matrix(features, [example.text for example in examples])
    document_counts = np.asarray((matrix > 0).sum(axis=0)).ravel()
    columns = np.flatnonzero(document_counts >= min(MIN_DOCUMENTS, len(examples)))
    scale = (np.log((1 + len(examples)) / (1 + document_counts[columns])) + 1) / IDF_SCALE
    matrix = (matrix[:, columns] @ diags(scale.astype(np.float32))).tocsr()
    labels = np.array([example.label for example in examples])
    numbers = number_domains(examples, domains)
    order = np.arange(len(examples))
    fitted = []
    for place, name in enumerate(domains):
        is_own, is_polar = numbers == place, labels != NEUTRAL
        if name == NO_DOMAIN:
            fitted.append(_fit(matrix, labels == PRAISE, is_polar.astype(float)))
        else:
            fitted.append(_fit_domain(matrix, labels == PRAISE, is_own, is_polar))
    for place in range(len(domains)):
        fitted.append(_fit(matrix, numbers == place, np.ones(len(examples))))
    has_neutral = np.isin(numbers, np.unique(numbers[labels == NEUTRAL]))
    fitted.append(
        _fit(matrix, labels == NEUTRAL, (has_neutral | (order % NEUTRAL_STEP == 2)).astype(float))
    )
    weights = np.column_stack([found * scale for found, _ in fitted])
    kept = _choose_heaviest(weights, document_counts[columns], len(domains), keep)
    return SentimentHead(
        features=features,
        domains=tuple(domains),
        columns=columns[kept],
        weights=weights[kept].astype(np.float32),
        intercepts=np.array([intercept for _, intercept in fitted]),
    )


def _fit_domain(
    matrix: csr_matrix,
    is_positive: NDArray[np.bool_],
    is_own: NDArray[np.bool_],
    is_used: NDArray[np.bool_],
) -> tuple[NDArray[np.float64], float]:
    """The reading of one domain: what all texts say, and what its own say otherwise.

    Each n-gram has a second column that only the own texts fill, so that the domain departs from
    what is said elsewhere where its texts ask for it (Daumé 2007, "Frustratingly easy domain
    adaptation"). An own text feels both columns, so their weights add up to one.
    """
    own = (diags(np.where(is_own, OWN_SCALE, 0.0).astype(np.float32)) @ matrix).tocsr()
    both = hstack([matrix, own], format="csr")
    found, intercept = _fit(both, is_positive, np.where(is_own, 1.0, OTHERS_WEIGHT) * is_used)
    count = matrix.shape[1]
    return found[:count] + OWN_SCALE * found[count:], intercept


def _fit(
    matrix: csr_matrix, is_positive: NDArray[np.bool_], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Weights and intercept of a logistic regression; noughts where there is only one class."""
    used = np.flatnonzero(weights)
    if len(set(is_positive[used])) < 2:
        sign = 1.0 if len(used) and is_positive[used[0]] else -1.0
        return np.zeros(matrix.shape[1]), 3.0 * sign
    model = LogisticRegression(
        C=REGULARISATION,
        solver="liblinear",
        dual=True,
        tol=TOLERANCE,
        max_iter=PASSES,
        random_state=0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(matrix[used], is_positive[used], sample_weight=weights[used])
    return model.coef_[0], float(model.intercept_[0])


def _choose_heaviest(
    weights: NDArray[np.float64], counts: NDArray[np.int64], domain_count: int, keep: int
) -> NDArray[np.int64]:
    """Places of the `keep` n-grams that move the most texts the most, praise above all."""
    praise = np.abs(weights[:, :domain_count]).max(axis=1)
    worth = praise + OTHER_OUTPUTS * np.abs(weights[:, domain_count:]).max(axis=1)
    return np.sort(np.argsort(-worth * np.sqrt(counts), kind="stable")[:keep])
