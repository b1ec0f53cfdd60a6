"""Would a head that learns from the written sentences read topics better than the pack's cues?

    python -m benchmarks.topic_heads --language zh [--sets DIR] [--vectors FILE.npy]

The head is a ridge regression on n-grams of the sentences in `topic_examples`, over topics, touch-
points without a topic, and neither; a touchpoint's chance is the sum of those of its topics. With
`--sets DIR` (public sets, unlabelled here) it also reads vectors of words that stand near each
other in their clauses. With `--vectors` it reads those of FILE instead of n-grams, one row per
sentence in the order of the file: so another encoder can be tried. Beside cues five weights, fitted
by likelihood, join the chances of the head with the cues' scores.

Prints Markdown: five-fold cross-validation over the sentences (near duplicates on one side), a
learning curve, and the gold set's part `dev` in the pipeline (not with `--vectors`).
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import coo_matrix, csr_matrix, diags
from sklearn.utils.extmath import randomized_svd

from nlp_jobs.components.cues import make_cue_finder
from nlp_jobs.components.opinion_unit import OpinionUnit
from nlp_jobs.components.routing import LENGTH_WEIGHT, Router
from nlp_jobs.evaluation import metrics
from nlp_jobs.evaluation.answers import Labelled, Opinions
from nlp_jobs.evaluation.gold_units import (
    GOLD_DIR,
    match,
    read_documents,
    read_gold_units,
    read_predicted_units,
    score_label_column,
)
from nlp_jobs.features import HashedFeatures
from nlp_jobs.lexicons.cues import Hit
from nlp_jobs.taxonomy import Pack, load_pack
from nlp_jobs.text_features import TextFeatures
from nlp_jobs.training.labelled_texts import choose_place, choose_split, prepare_text, read_csv
from nlp_jobs.training.topic_texts import TopicText, read_topic_texts

Numbers = NDArray[np.float64]
PACK = "retail"
FEATURES = {
    "zh": TextFeatures(HashedFeatures((1, 2, 3), 18, keep_spaces=False), (1,)),
    "en": TextFeatures(HashedFeatures((3, 4, 5), 18, keep_spaces=True), (1,)),
}
PUBLIC_FILES = {
    "zh": (
        "zh_sentiment_online_shopping_10cats",
        "zh_sentiment_waimai",
        "zh_appstore_reviews",
        "zh_jd_phone_reviews",
        "zh_jddc_customer_service_dialogues",
        "zh_car_complaints",
        "zh_meituan_restaurant_stars",
    ),
    "en": (
        "en_airline_tweets",
        "en_nhs_survey_verbatims",
        "en_nhs_survey_phase1",
        "en_aspect_acos_laptop_restaurant",
        "en_cfpb_complaints",
        "en_banking77_intents",
    ),
}
CLAUSE_ENDS = {"zh": r"[。！？!?；;\n]", "en": r"[!?;\n]|(?<=[a-z])\. "}
WINDOW, DIMENSIONS, RAREST, MOST_WORDS = 5, 200, 5, 25_000
COMMON = 1e-3  # share of all words from which a word counts for less than half
VECTOR_SHARE = 0.7  # how much the vectors count beside the n-grams
RIDGE, FOLDS, SEED = 0.6, 5, 1
THRESHOLDS = (0.1, 0.15, 0.2, 0.25, 0.3)
TOPIC_TO_TOUCHPOINT = 0.7  # as in the router


@dataclass(frozen=True)
class Classes:
    """What the head chooses from: (topic, touchpoint), null for none; `places` of touchpoints.

    `at` (classes, touchpoints + 1) is 1 at the touchpoint of each class, the last column is none.
    """

    pairs: list[tuple[str | None, str | None]]
    touchpoints: list[str]
    at: Numbers

    @classmethod
    def of(cls, texts: Sequence[TopicText]) -> Classes:
        pairs = sorted({text[:2] for text in texts}, key=str)
        touchpoints = sorted({place for _, place in pairs if place is not None})
        at = np.zeros((len(pairs), len(touchpoints) + 1))
        for row, (_, place) in enumerate(pairs):
            at[row, -1 if place is None else touchpoints.index(place)] = 1
        return cls(pairs, touchpoints, at)

    def answer(self, chances: Numbers, least: float) -> list[tuple[str | None, str | None]]:
        """The likeliest topic and touchpoint of each row, null below `least`."""
        by_place = chances @ self.at
        answers = []
        for row, sums in zip(chances, by_place, strict=True):
            best, place = int(row.argmax()), int(sums.argmax())
            is_named = place < len(self.touchpoints) and sums[place] >= least
            answers.append(
                (
                    self.pairs[best][0] if row[best] >= least else None,
                    self.touchpoints[place] if is_named else None,
                )
            )
        return answers


class CueReader:
    """What the pack's cues say of a stretch of text read as one unit."""

    def __init__(self, language: str, pack: Pack) -> None:
        self.finder = make_cue_finder(language, pack.slug)
        self.router = Router(pack, language)
        self.length_weight = LENGTH_WEIGHT[language]

    def answer(self, texts: Sequence[str]) -> list[tuple[str | None, str | None]]:
        """Topic and touchpoint as the router gives them."""
        answers = []
        for text, hits in zip(texts, self.finder.find_many(texts), strict=True):
            unit = OpinionUnit("customer", 0, len(text), text, hits)
            self.router.route(unit)
            answers.append((unit.topic_slug, unit.touchpoint_slug))
        return answers

    def weigh(self, texts: Sequence[str], classes: Classes) -> NDArray[Any]:
        """(4, texts, classes): topic cues, touchpoint cues, no topic, no topic despite cues."""
        inputs = np.zeros((4, len(texts), len(classes.pairs)))
        inputs[2] = [topic is None for topic, _ in classes.pairs]
        for row, hits in enumerate(self.finder.find_many(texts)):
            topics = self._add_up(hits.get("topic", ()))
            touchpoints = self._add_up(hits.get("touchpoint", ()))
            for topic, worth in topics.items():
                place = self.router.places[topic]
                if place is not None:
                    found = touchpoints.get(place, 0.0) + TOPIC_TO_TOUCHPOINT * worth
                    touchpoints[place] = found
            for column, (topic, place) in enumerate(classes.pairs):
                inputs[0, row, column] = np.log1p(topics.get(topic or "", 0.0))
                inputs[1, row, column] = np.log1p(touchpoints.get(place or "", 0.0))
            if topics:
                inputs[3, row] = inputs[2, row]
        return inputs

    def _add_up(self, hits: Iterable[Hit]) -> dict[str, float]:
        scores: dict[str, float] = {}
        for start, end, slug, strength in hits:
            worth = strength + self.length_weight * (end - start)
            scores[slug] = scores.get(slug, 0.0) + worth
        return scores


def iter_clauses(directory: Path, language: str) -> Iterator[str]:
    """Yield the clauses of the public texts that are not held out."""
    seen: set[str] = set()
    for name in PUBLIC_FILES[language]:
        path = directory / f"{name}.csv.gz"
        for row in read_csv(path) if path.exists() else ():
            text = prepare_text(row.get("text") or row.get("narrative") or "", language)
            if text not in seen and choose_split(text) != "test":
                seen.add(text)
                yield from re.split(CLAUSE_ENDS[language], text)


class WordVectors:
    """Words that stand near the same words lie close: mutual information, reduced by an SVD."""

    def __init__(self, clauses: Iterable[str], features: TextFeatures) -> None:
        self.features = features
        cut = [features.cut(clause) for clause in clauses]
        words, counts = np.unique([word for clause in cut for word in clause], return_counts=True)
        order = np.argsort(-counts, kind="stable")[:MOST_WORDS]
        order = order[counts[order] >= RAREST]
        self.places = {str(words[place]): row for row, place in enumerate(order)}
        share = counts[order] / counts.sum()
        self.weights = COMMON / (COMMON + share)
        near = self._count_near(cut)
        sums = np.asarray(near.sum(axis=1)).ravel()
        smoothed = sums**0.75 / (sums**0.75).sum()
        entries = near.tocoo()
        values = np.log(entries.data / (sums[entries.row] * smoothed[entries.col]))
        kept = values > 0
        table = csr_matrix(
            (values[kept], (entries.row[kept], entries.col[kept])), shape=entries.shape
        )
        left, sizes, _ = randomized_svd(table, DIMENSIONS, n_iter=4, random_state=SEED)
        vectors = left * np.sqrt(sizes)
        self.vectors = vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9)

    def _count_near(self, cut: Sequence[Sequence[str]]) -> csr_matrix:
        """How often two words stand near each other, nearer ones counting more."""
        gap = [-1] * WINDOW
        row = np.array([n for words in cut for n in [*self._find(words), *gap]], dtype=np.int64)
        size = len(self.places)
        near = csr_matrix((size, size))
        for distance in range(1, WINDOW + 1):
            left, right = row[:-distance], row[distance:]
            kept = (left >= 0) & (right >= 0)
            counts = np.full(int(kept.sum()), 1 / distance)
            near += coo_matrix((counts, (left[kept], right[kept])), shape=(size, size)).tocsr()
        return near + near.T

    def _find(self, words: Sequence[str]) -> list[int]:
        return [self.places.get(word, -1) for word in words]

    def embed(self, texts: Sequence[str]) -> Numbers:
        """The mean direction of each text's words, rare words first, (texts, dimensions)."""
        rows = np.zeros((len(texts), self.vectors.shape[1]))
        for row, text in enumerate(texts):
            found = [place for place in self._find(self.features.cut(text)) if place >= 0]
            rows[row] = (self.vectors[found] * self.weights[found, None]).sum(axis=0)
        return rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9)


def centre(rows: Numbers, others: Numbers) -> tuple[Numbers, Numbers]:
    """Both without the mean of `rows`, which then have length 1 on average."""
    mean = rows.mean(axis=0)
    size = np.sqrt(((rows - mean) ** 2).sum(axis=1).mean())
    return (rows - mean) / size, (others - mean) / size


def build_ngrams(
    features: TextFeatures, texts: Sequence[str], others: Sequence[str]
) -> tuple[csr_matrix, csr_matrix]:
    """N-gram rows of both, the rarer in `texts` the heavier."""
    counts = features.build(texts)
    present = np.asarray((counts > 0).sum(axis=0)).ravel()
    weights = diags(np.log((1 + len(texts)) / (1 + present)) + 1)
    rows = csr_matrix(counts @ weights)
    size = np.sqrt(rows.multiply(rows).sum() / len(texts))
    return rows / size, csr_matrix(features.build(others) @ weights) / size


def softmax(scores: Numbers) -> Numbers:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Numbers = powers / powers.sum(axis=1, keepdims=True)
    return shares


def solve(kernel: Numbers, targets: Numbers) -> Numbers:
    """Dual weights of a ridge regression."""
    centred = targets - targets.mean(axis=0)
    return np.linalg.solve(kernel + RIDGE * np.eye(len(kernel)), centred)


def cross_validate(
    kernel: Numbers, targets: Numbers, folds: NDArray[np.int64], share: float = 1.0
) -> Numbers:
    """Scores of all rows, each by a head that has seen `share` of the other folds only."""
    generator = np.random.default_rng(SEED)
    scores = np.zeros_like(targets)
    for fold in range(FOLDS):
        held_out, rest = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        kept = np.sort(generator.choice(rest, int(share * len(rest)), replace=False))
        weights = solve(kernel[np.ix_(kept, kept)], targets[kept])
        scores[held_out] = kernel[np.ix_(held_out, kept)] @ weights
    return scores


def fit_join(scores: Numbers, cues: NDArray[Any], targets: Numbers) -> Numbers:
    """Weights of the head's score and of the four inputs of the cues, by likelihood."""
    rows, right = np.arange(len(targets)), targets.argmax(axis=1)

    def loss(weights: Numbers) -> float:
        chances = softmax(join(weights, scores, cues))
        return float(-np.log(chances[rows, right] + 1e-12).mean())

    start = np.array([20.0, 1.0, 1.0, 0.0, 0.0])
    found: Numbers = minimize(loss, start, method="Nelder-Mead", options={"maxiter": 400}).x
    return found


def join(weights: Numbers, scores: Numbers, cues: NDArray[Any]) -> Numbers:
    joined: Numbers = weights[0] * scores + np.tensordot(weights[1:], cues, axes=1)
    return joined


def score_answers(
    texts: Sequence[TopicText], answers: Sequence[tuple[str | None, str | None]]
) -> str:
    """Accuracy, precision, recall and micro-F1 of topics and of touchpoints, as table cells."""
    cells = []
    for column in (0, 1):
        gold = [text[column] for text in texts]
        given = [answer[column] for answer in answers]
        pairs = list(zip(gold, given, strict=True))
        hits = [wanted == said and said is not None for wanted, said in pairs]
        misses = [wanted not in (None, said) for wanted, said in pairs]
        extras = [said not in (None, wanted) for wanted, said in pairs]
        accuracy = metrics.share(sum(wanted == said for wanted, said in pairs), len(pairs))
        precision = metrics.share(sum(hits), sum(hits) + sum(extras))
        recall = metrics.share(sum(hits), sum(hits) + sum(misses))
        f1 = metrics.micro_f1(hits, misses, extras)
        cells += [write(figure) for figure in (accuracy, precision, recall, f1)]
    return " | ".join(cells)


def write(figure: metrics.Estimate | None) -> str:
    if figure is None:
        return "-"
    return f"{figure.value:.3f} ({figure.low:.3f}-{figure.high:.3f})".replace("0.", ".")


def replace_labels(
    labelled: Sequence[Labelled],
    chances: Numbers,
    classes: Classes,
    pack: Pack,
    least: float,
    *,
    silent_only: bool,
) -> list[Labelled]:
    """The pipeline's rows with the topics of the head, in all units or where cues were silent."""
    owners = {touchpoint.slug: touchpoint.department for _, touchpoint in pack.iter_touchpoints()}
    answers = iter(classes.answer(chances, least))
    changed: list[Labelled] = []
    for document, rows in labelled:
        units = []
        for row in rows:
            unit = dict(row)
            units.append(unit)
            if unit["speaker"] != "customer":
                continue
            topic, place = next(answers)
            before = unit["touchpoint_slug"]
            if unit["promise_role"] == "promise":
                continue
            if not silent_only or unit["topic_slug"] is None:
                unit["topic_slug"] = topic
            if not silent_only or before is None:
                unit["touchpoint_slug"] = place
            # the department goes with the touchpoint unless the customer named another
            if unit["department_slug"] in (None, owners.get(before)) and (
                unit["touchpoint_slug"] != before
            ):
                unit["department_slug"] = owners.get(unit["touchpoint_slug"])
        changed.append((document, units))
    return changed


def score_gold(documents: Sequence[dict[str, Any]], labelled: Sequence[Labelled]) -> str:
    """Micro-F1 of topic, touchpoint and department in the pipeline, as table cells."""
    matches = [
        match(read_gold_units(document), read_predicted_units(document["text"], rows))
        for document, rows in zip(documents, labelled, strict=True)
    ]
    labels = ("topic", "touchpoint", "department")
    return " | ".join(write(score_label_column(matches, label).micro_f1) for label in labels)


Kernels = Callable[[Sequence[str]], tuple[Numbers, Numbers]]


def make_kernels(texts: Sequence[str], language: str, sets: Path | None) -> Kernels:
    """What gives the likeness of the sentences to each other and to other texts."""
    features = FEATURES[language]
    words = WordVectors(iter_clauses(sets, language), features) if sets is not None else None

    def measure(others: Sequence[str]) -> tuple[Numbers, Numbers]:
        rows, other_rows = build_ngrams(features, texts, others)
        own, across = (rows @ rows.T).toarray(), (other_rows @ rows.T).toarray()
        if words is not None:
            vectors, other_vectors = centre(words.embed(texts), words.embed(others))
            own = own + VECTOR_SHARE * vectors @ vectors.T
            across = across + VECTOR_SHARE * other_vectors @ vectors.T
        return own, across

    return measure


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--language", choices=sorted(FEATURES), required=True)
    parser.add_argument("--sets", type=Path, help="folder with the public data sets")
    parser.add_argument("--vectors", type=Path, help="npy file, a row per sentence")
    options = parser.parse_args(arguments)
    pack, language = load_pack(PACK), options.language
    written = read_topic_texts(language, pack)
    texts = [example.text for example in written]
    classes = Classes.of(written)
    targets = np.array([[pair == text[:2] for pair in classes.pairs] for text in written], float)
    folds = np.array([choose_place(text) % FOLDS for text in texts])
    reader = CueReader(language, pack)

    documents = [
        document
        for document in read_documents(GOLD_DIR / "units.jsonl")
        if document["part"] == "dev" and document["language"] == language
    ]
    labelled = Opinions(PACK).read([document["text"] for document in documents])
    others = [
        row["redacted_text"] for _, rows in labelled for row in rows if row["speaker"] == "customer"
    ]
    if options.vectors:
        vectors, _ = centre(np.load(options.vectors).astype(float), np.zeros((0, 1)))
        kernel, across = vectors @ vectors.T, None
    else:
        kernel, across = make_kernels(texts, language, options.sets)(others)

    scores = cross_validate(kernel, targets, folds)
    cues = reader.weigh(texts, classes)
    alone = fit_join(scores, np.zeros_like(cues), targets)
    weights = fit_join(scores, cues, targets)
    heading = [f"{label} {name}" for label in ("topic", "touchpoint") for name in "APRF"]
    print(f"{len(texts)} sentences; A accuracy, P precision, R recall, F micro-F1\n")
    print(f"| who | {' | '.join(heading)} |\n|---|{'---|' * len(heading)}")
    print(f"| cues | {score_answers(written, reader.answer(texts))} |")
    for name, chances in (
        ("head", softmax(alone[0] * scores)),
        ("head and cues", softmax(join(weights, scores, cues))),
    ):
        for least in (0.0, *THRESHOLDS):
            cells = score_answers(written, classes.answer(chances, least))
            print(f"| {name}, from {least} | {cells} |")
    print("\n| learned from | right of all classes |\n|---|---|")
    for share in (0.125, 0.25, 0.5, 1.0):
        found = cross_validate(kernel, targets, folds, share).argmax(axis=1)
        right = metrics.share(int((found == targets.argmax(axis=1)).sum()), len(texts))
        print(f"| {int(share * len(texts) * (1 - 1 / FOLDS))} | {write(right)} |")
    if across is None:
        return
    given = across @ solve(kernel, targets)
    joined = softmax(join(weights, given, reader.weigh(others, classes)))
    print("\n| gold dev, micro-F1 | topic | touchpoint | department |\n|---|---|---|---|")
    print(f"| as it is | {score_gold(documents, labelled)} |")
    for name, silent_only in (("where cues are silent", True), ("everywhere", False)):
        for least in THRESHOLDS:
            rows = replace_labels(labelled, joined, classes, pack, least, silent_only=silent_only)
            print(f"| head and cues {name}, from {least} | {score_gold(documents, rows)} |")


if __name__ == "__main__":
    main()
