"""Train the topic heads, which tell topic and touchpoint of units from their letters.

    python -m nlp_jobs.training.train_topics --language zh --data DIR [--out DIR]

A ridge regression on n-grams, over the topics of the retail pack, touchpoints without a topic, and
neither, learns from written sentences and judged public units (`topic_texts`). Five weights then
join its scores with the cues (`nlp_jobs.components.topics`): fitted by likelihood on sentences by
other writers and on judged units, both of which the head has not seen. Judged units whose texts
are held out (`choose_split`: test) serve to measure alone, as does every second sentence apart.
No chance in it: the same folder gives the same weights.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, diags

from nlp_jobs.components.cues import make_cue_finder
from nlp_jobs.components.routing import Router
from nlp_jobs.components.topics import JOINED, TopicChances, write_label
from nlp_jobs.evaluation import metrics
from nlp_jobs.label_heads import LabelHeads, prune
from nlp_jobs.taxonomy import Pack, load_pack
from nlp_jobs.text_features import TextFeatures
from nlp_jobs.training.command_line import parse_options
from nlp_jobs.training.topic_texts import (
    PUBLIC_FILES,
    TopicText,
    read_judged_texts,
    read_pack_examples,
    read_topic_texts,
)
from nlp_jobs.training.train_routing import save_with_metrics
from nlp_jobs.unit_features import UNIT_FEATURES

Numbers = NDArray[np.float64]
PACK = "retail"
RIDGE = 0.6
BLOCK = 2000  # rows of the kernel at a time: as a sparse matrix it would not fit
SCORE = 20.0  # scores of the regression lie near 0: so much larger they are logits
KEPT_WEIGHTS = {"zh": 700_000, "en": 1_000_000}
# A cue that somebody adds to the pack must be able to move its topic, also where the sentences
# to join on would rather hear the head alone.
LEAST_CUE_WEIGHTS = {"topic cues": 1.0, "touchpoint cues": 0.5}
# what a judged unit and an example of the pack count for beside a written sentence
JUDGED_WEIGHT, EXAMPLE_WEIGHT = 1.0, 10.0
# chances from which a topic and a touchpoint are named
LEAST_TOPIC, LEAST_TOUCHPOINT = 0.2, 0.2


def fit(
    texts: Sequence[TopicText], weights: Numbers, labels: Sequence[str], features: TextFeatures
) -> tuple[Numbers, Numbers]:
    """Ridge regression: the weights (width, labels) and the intercepts."""
    counts = features.build([text.text for text in texts])
    present = np.asarray((counts > 0).sum(axis=0)).ravel()
    idf = np.log((1 + len(texts)) / (1 + present)) + 1
    rows = csr_matrix(counts @ diags(idf))
    size = np.sqrt(rows.multiply(rows).sum() / len(texts))
    rows = csr_matrix(rows / size)
    places = {label: place for place, label in enumerate(labels)}
    targets = np.zeros((len(texts), len(labels)), dtype=np.float32)
    for row, text in enumerate(texts):
        targets[row, places[write_label(*text[:2])]] = 1
    mean = np.average(targets, axis=0, weights=weights)
    # the dual form: there are more n-grams than texts
    rows = rows.astype(np.float32)
    kernel = np.vstack(
        [(rows[start : start + BLOCK] @ rows.T).toarray() for start in range(0, len(texts), BLOCK)]
    )
    kernel[np.diag_indices(len(texts))] += (RIDGE / weights).astype(np.float32)
    dual = cho_solve(cho_factor(kernel, lower=True, overwrite_a=True), targets - mean)
    weighed: Numbers = SCORE * (diags(idf / size) @ (rows.T @ dual))
    return weighed, SCORE * np.asarray(mean, dtype=float)


def fit_join(scores: Numbers, cues: Numbers, right: NDArray[np.int64], weights: Numbers) -> Numbers:
    """The weights `JOINED`, by the likelihood of the right classes (texts,)."""
    least = [LEAST_CUE_WEIGHTS.get(name) for name in JOINED]
    rows = np.arange(len(right))

    def loss(joined: Numbers) -> float:
        logits = joined[0] * scores + np.tensordot(joined[1:], cues, axes=1)
        logits -= logits.max(axis=1, keepdims=True)
        chances = logits[rows, right] - np.log(np.exp(logits).sum(axis=1))
        return float(-np.average(chances, weights=weights))

    start = [1.0, *(weight or 0.0 for weight in least[1:])]
    bounds = [(weight, None) for weight in least]
    found: Numbers = minimize(loss, start, method="L-BFGS-B", bounds=bounds).x
    return found


class Measured:
    """Texts with what the cues say of them, as one unit each."""

    def __init__(
        self,
        texts: Sequence[TopicText],
        chances: TopicChances,
        router: Router,
        language: str,
        labels: list[str],
    ) -> None:
        self.texts = texts
        self.right = np.array([labels.index(write_label(*text[:2])) for text in self.texts])
        finder = make_cue_finder(language, PACK)
        self.hits = finder.find_many([text.text for text in self.texts])
        self.cues = chances.gather_cues([router.weigh(hits) for hits in self.hits])


def score_pairs(
    texts: Sequence[TopicText], answers: Sequence[tuple[str | None, str | None]]
) -> dict[str, Any]:
    """Accuracy, precision, recall and micro-F1 of topics and touchpoints."""
    figures: dict[str, Any] = {"n": len(texts)}
    for column, name in enumerate(("topic", "touchpoint")):
        both = zip(texts, answers, strict=True)
        pairs = [(text[column], answer[column]) for text, answer in both]
        hits = [wanted == said is not None for wanted, said in pairs]
        misses = [wanted not in (None, said) for wanted, said in pairs]
        extras = [said not in (None, wanted) for wanted, said in pairs]
        found = {
            "accuracy": metrics.share(sum(wanted == said for wanted, said in pairs), len(pairs)),
            "precision": metrics.share(sum(hits), sum(hits) + sum(extras)),
            "recall": metrics.share(sum(hits), sum(hits) + sum(misses)),
            "micro_f1": metrics.micro_f1(hits, misses, extras),
        }
        figures[name] = {
            key: [round(figure.value, 3), round(figure.low, 3), round(figure.high, 3)]
            for key, figure in found.items()
            if figure is not None
        }
    return figures


def answer_by_cues(router: Router, measured: Measured) -> list[tuple[str | None, str | None]]:
    """What the pack's cues say alone."""
    answers = []
    for hits in measured.hits:
        topics, touchpoints = router.weigh(hits)
        place = max(touchpoints, key=touchpoints.__getitem__, default=None)
        possible = {
            slug: worth for slug, worth in topics.items() if router.places[slug] in (None, place)
        }
        answers.append((max(possible, key=possible.__getitem__, default=None), place))
    return answers


def train(language: str, data: Path, pack: Pack) -> LabelHeads:
    """Return the head of a language; its facts hold the figures.

    Raises `FileNotFoundError` when the folder holds none of the public sets.
    """
    judged = read_judged_texts(language, pack, data)
    if not judged:
        raise FileNotFoundError(f"{data} holds none of {', '.join(PUBLIC_FILES[language])}")
    written = read_topic_texts(language, pack)
    learnt_units = [text for text, split in judged if split == "train"]
    examples = read_pack_examples(language, pack)
    texts = [*written, *learnt_units, *examples]
    counted = np.concatenate(
        [
            np.ones(len(written)),
            np.full(len(learnt_units), JUDGED_WEIGHT),
            np.full(len(examples), EXAMPLE_WEIGHT),
        ]
    )
    labels = sorted({write_label(*text[:2]) for text in texts})
    features = UNIT_FEATURES[language]
    weights, intercepts = fit(texts, counted, labels, features)
    columns, kept = prune(weights, KEPT_WEIGHTS[language])
    ones, noughts = np.ones(len(labels)), np.zeros(len(labels))
    head = LabelHeads(
        kind="single",
        labels=tuple(labels),
        features=features,
        columns=columns,
        weights=kept,
        intercepts=intercepts,
        calibration=np.array([ones, noughts]),
        thresholds=noughts,
    )

    router = Router(pack, language)
    chances = TopicChances(labels)

    def measure(texts: Sequence[TopicText]) -> Measured:
        return Measured(texts, chances, router, language, labels)

    def judged_of(wanted: str) -> list[TopicText]:
        return [text for text, split in judged if split == wanted]

    def only_known(texts: Sequence[TopicText]) -> list[TopicText]:
        return [text for text in texts if write_label(*text[:2]) in labels]

    apart = only_known(read_topic_texts(f"{language}_apart", pack))
    joined_on = [measure(apart[::2]), measure(only_known(judged_of("calibration")))]
    measured = {
        "sentences apart": measure(apart[1::2]),
        "public units held out": measure(only_known(judged_of("test"))),
    }
    join = fit_join(
        np.concatenate([head.score([text.text for text in part.texts]) for part in joined_on]),
        np.concatenate([chances.spread_cues(part.cues) for part in joined_on], axis=1),
        np.concatenate([part.right for part in joined_on]),
        # both kinds count the same
        np.concatenate([np.full(len(part.texts), 1 / len(part.texts)) for part in joined_on]),
    )
    figures: dict[str, Any] = {}
    for name, part in measured.items():
        scores = head.score([text.text for text in part.texts]).astype(np.float32)
        joined = chances.join(scores, part.cues, join.tolist())
        found = chances.choose(joined, LEAST_TOPIC, LEAST_TOUCHPOINT)
        answers = [(topic, place) for topic, _, place, _ in found]
        figures[name] = {
            "cues alone": score_pairs(part.texts, answer_by_cues(router, part)),
            "head and cues": score_pairs(part.texts, answers),
        }
    facts = {
        "join": [round(weight, 4) for weight in join.tolist()],
        "joined": list(JOINED),
        "least_topic": LEAST_TOPIC,
        "least_touchpoint": LEAST_TOUCHPOINT,
    }
    learnt = {
        "trained_on": dt.date.today().isoformat(),
        "written": len(written),
        "judged": len(learnt_units),
        "joined_on": [len(part.texts) for part in joined_on],
    }
    head.facts.update(facts, metrics={**learnt, **figures})
    return head


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line entry point."""
    options = parse_options(__doc__, UNIT_FEATURES, arguments)
    head = train(options.language, options.data, load_pack(PACK))
    print(save_with_metrics(head, options.out, f"topics_{PACK}_{options.language}"))


if __name__ == "__main__":
    main()
