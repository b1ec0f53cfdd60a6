"""Train the topic heads, which tell topic and touchpoint of units from their letters.

    python -m nlp_jobs.training.train_topics --language zh --data DIR [--out DIR]

A ridge regression on n-grams, over the topics of the retail pack, touchpoints without a topic, and
neither, learns from written sentences and judged public units (`topic_texts`). Five weights then
join its scores with the cues (`nlp_jobs.components.topics`): fitted by likelihood on sentences by
other writers and on judged units, both of which the head has not seen. Where units were judged in
their texts, five more weigh in the units beside. Judged units whose texts are held out
(`choose_split`: test) serve to measure alone, as does every second sentence apart.
No chance in it: the same folder gives the same weights.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp_jobs.components.cues import make_cue_finder
from nlp_jobs.components.routing import Router
from nlp_jobs.components.topics import BESIDE, JOINED, TopicChances, write_label
from nlp_jobs.evaluation import metrics
from nlp_jobs.label_heads import LabelHeads, prune
from nlp_jobs.taxonomy import Pack, load_pack
from nlp_jobs.training.command_line import parse_options
from nlp_jobs.training.topic_fitting import fit, fit_join, fit_weights
from nlp_jobs.training.topic_texts import (
    PUBLIC_FILES,
    TextInside,
    TopicText,
    read_judged_texts,
    read_pack_examples,
    read_texts_inside,
    read_topic_texts,
)
from nlp_jobs.training.train_routing import save_with_metrics
from nlp_jobs.unit_features import UNIT_FEATURES

Numbers = NDArray[np.float64]
PACK = "retail"
KEPT_WEIGHTS = {"zh": 655_000, "en": 940_000}
# What a written sentence and an example of the pack count for beside a judged unit. Twice: with
# once the sentences of other writers are read worse, and judged units hardly better.
WRITTEN_WEIGHT, EXAMPLE_WEIGHT = 2.0, 10.0
# chances from which a topic and a touchpoint are named
LEAST_TOPIC, LEAST_TOUCHPOINT = 0.2, 0.2


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
        self.pairs = [text[:2] for text in texts]
        self.right = np.array([labels.index(write_label(*text[:2])) for text in self.texts])
        finder = make_cue_finder(language, PACK)
        self.hits = finder.find_many([text.text for text in self.texts])
        self.cues = chances.gather_cues([router.weigh(hits) for hits in self.hits])


class MeasuredInside:
    """All units of texts with what the cues say of them; `judged` marks those with a label."""

    def __init__(
        self, texts: Sequence[TextInside], chances: TopicChances, router: Router, labels: list[str]
    ) -> None:
        self.units = [unit for text in texts for unit in text.units]
        self.texts = np.repeat(np.arange(len(texts)), [len(text.units) for text in texts])
        self.cues = chances.gather_cues([router.weigh(unit.unit.hits) for unit in self.units])
        places = {label: place for place, label in enumerate(labels)}
        found = [
            -1 if unit.label is None else places.get(write_label(*unit.label[:2]), -1)
            for unit in self.units
        ]
        self.judged = np.array(found) >= 0
        self.right = np.array(found)[self.judged]

    def score(self, head: LabelHeads) -> NDArray[np.float32]:
        """What the letters of all units score (units, labels)."""
        return head.score([unit.unit.text for unit in self.units]).astype(np.float32)


def score_pairs(
    wanted_of: Sequence[tuple[str | None, ...]],
    answers: Sequence[tuple[str | None, ...]],
    names: Sequence[str] = ("topic", "touchpoint"),
) -> dict[str, Any]:
    """Accuracy, precision, recall and micro-F1 of each of the named labels."""
    figures: dict[str, Any] = {"n": len(answers)}
    for column, name in enumerate(names):
        both = zip(wanted_of, answers, strict=True)
        pairs = [(wanted[column], answer[column]) for wanted, answer in both]
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


def fit_beside(
    measured: MeasuredInside,
    scores: NDArray[np.float32],
    chances: TopicChances,
    join: Sequence[float],
) -> list[float]:
    """The weights `BESIDE`, by the likelihood of the right classes of judged units."""
    joined = chances.join(scores, measured.cues, join)
    inputs = chances.spread_beside(joined, measured.texts)[:, measured.judged].astype(float)
    counted = np.ones(len(measured.right))
    found = fit_weights(inputs, measured.right, counted, [None] * len(BESIDE))
    return [round(weight, 4) for weight in found.tolist()]


def measure_inside(
    measured: MeasuredInside,
    scores: NDArray[np.float32],
    chances: TopicChances,
    join: Sequence[float],
    beside: Sequence[float],
    pack: Pack,
) -> dict[str, Any]:
    """How right units are in their texts, read by themselves and beside each other."""
    owners = {place.slug: place.department for _, place in pack.iter_touchpoints()}
    topic_owners = {topic.slug: topic.department for *_, topic in pack.iter_topics()}
    wanted = [
        (*unit.label[:2], unit.department) for unit in measured.units if unit.label is not None
    ]
    alone = chances.join(scores, measured.cues, join)
    figures = {}
    for name, joined in (
        ("by themselves", alone),
        ("beside each other", chances.read_beside(alone.copy(), measured.texts, beside)),
    ):
        found = chances.choose(joined, LEAST_TOPIC, LEAST_TOUCHPOINT)
        answers = [
            (topic, place, topic_owners.get(topic or "") or owners.get(place or ""))
            for unit, (topic, _, place, _) in zip(measured.units, found, strict=True)
            if unit.label is not None
        ]
        figures[name] = score_pairs(wanted, answers, ("topic", "touchpoint", "department"))
    return figures


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
    inside = read_texts_inside(language, pack, data)
    learnt_inside = [
        unit.label
        for text in inside
        for unit in text.units
        if text.split == "train" and unit.label is not None
    ]
    texts = [*written, *learnt_units, *learnt_inside, *examples]
    counted = np.repeat(
        [WRITTEN_WEIGHT, 1.0, 1.0, EXAMPLE_WEIGHT],
        [len(written), len(learnt_units), len(learnt_inside), len(examples)],
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
    held_back, held_out = (
        MeasuredInside([text for text in inside if text.split == split], chances, router, labels)
        for split in ("calibration", "test")
    )
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
            "cues alone": score_pairs(part.pairs, answer_by_cues(router, part)),
            "head and cues": score_pairs(part.pairs, answers),
        }
    facts: dict[str, Any] = {
        "join": [round(weight, 4) for weight in join.tolist()],
        "joined": list(JOINED),
        "least_topic": LEAST_TOPIC,
        "least_touchpoint": LEAST_TOUCHPOINT,
    }
    if inside:
        beside = fit_beside(held_back, held_back.score(head), chances, join.tolist())
        facts |= {"beside": beside, "besides": list(BESIDE)}
        figures["units in their texts, held out"] = measure_inside(
            held_out, held_out.score(head), chances, join.tolist(), beside, pack
        )
    learnt = {
        "trained_on": dt.date.today().isoformat(),
        "written": len(written),
        "judged": len(learnt_units),
        "judged in their texts": len(learnt_inside),
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
