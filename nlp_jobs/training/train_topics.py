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

from nlp_jobs.components.routing import Router
from nlp_jobs.components.topics import BESIDE, JOINED, TopicChances, write_label
from nlp_jobs.label_heads import LabelHeads, prune
from nlp_jobs.taxonomy import Pack, load_pack
from nlp_jobs.training.command_line import parse_options
from nlp_jobs.training.topic_fitting import (
    LEAST_TOPIC,
    LEAST_TOUCHPOINT,
    fit,
    fit_join,
    fit_weights,
)
from nlp_jobs.training.topic_measures import (
    Measured,
    MeasuredInside,
    answer_by_cues,
    measure_inside,
    score_pairs,
)
from nlp_jobs.training.topic_texts import (
    PUBLIC_FILES,
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
        return Measured(texts, chances, router, language, PACK, labels)

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
