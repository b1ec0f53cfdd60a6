"""Train the heads of `voc_promises`: which units quote a promise, and which say that it was broken.

    python -m nlp_jobs.training.train_promises --language zh --data DIR [--out DIR]

A logistic regression on n-grams of the unit and on what the words in it say (`promises.EVIDENCE`)
learns from units of public texts that were judged in their texts, from sentences written for it
and, as examples of neither, from sentences written about other topics (`promise_texts`). No chance
in it but the fixed folds: the same folder gives the same weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nlp_jobs.components.promises import EVIDENCE, LABELS
from nlp_jobs.label_heads import LabelHeads
from nlp_jobs.training.command_line import parse_options
from nlp_jobs.training.judged_fitting import Others, Recipe, fit_judged
from nlp_jobs.training.promise_texts import read_evidence, read_judged, read_marked, read_others
from nlp_jobs.training.train_routing import save_with_metrics
from nlp_jobs.unit_features import UNIT_FEATURES

RECIPE = Recipe(
    labels=LABELS,
    extras=EVIDENCE,
    least=0.4,
    judged_weight=1.5,
    kept_weights=60_000,
)
# what a sentence written for the head counts, and one about other things
WRITTEN_WEIGHT, OTHER_WEIGHT = 1.0, 0.2


def train(language: str, data: Path) -> LabelHeads:
    """Return the head of a language; its facts hold the figures.

    Raises `FileNotFoundError` when the folder holds none of the public sets.
    """
    judged = read_judged(language, data)
    marked, places = read_marked(language)
    others = read_others(language)
    texts = [*marked, *others]
    return fit_judged(
        language,
        RECIPE,
        judged,
        Others(
            texts,
            read_evidence(texts, language),
            np.array([*places, *(0 for _ in others)]),
            np.repeat([WRITTEN_WEIGHT, OTHER_WEIGHT], [len(marked), len(others)]),
        ),
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line entry point."""
    options = parse_options(__doc__, UNIT_FEATURES, arguments)
    head = train(options.language, options.data)
    print(save_with_metrics(head, options.out, f"promises_{options.language}"))


if __name__ == "__main__":
    main()
