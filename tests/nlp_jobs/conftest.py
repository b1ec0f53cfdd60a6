"""One annotator for all tests of a run: building it takes seconds."""

from collections.abc import Mapping

import numpy as np
import pytest

from nlp_jobs.annotate import Annotator
from nlp_jobs.features import HashedFeatures
from nlp_jobs.label_heads import LabelHeads
from nlp_jobs.text_features import TextFeatures


def make_fixed_head(
    labels: tuple[str, ...],
    extras: tuple[str, ...],
    scores: Mapping[str, float],
    threshold: float = 0.0,
) -> LabelHeads:
    """A head that gives every text the same scores; all labels but the first share a threshold."""
    noughts = np.zeros(len(labels))
    return LabelHeads(
        kind="single",
        labels=labels,
        features=TextFeatures(HashedFeatures((1,), 4, keep_spaces=False)),
        columns=np.zeros(0, dtype=np.int64),
        weights=np.zeros((0, len(labels)), dtype=np.float32),
        intercepts=np.array([scores.get(label, 0.0) for label in labels]),
        calibration=np.array([noughts + 1, noughts]),
        thresholds=np.array([0.0, *(threshold for _ in labels[1:])]),
        extras=extras,
        extra_weights=np.zeros((len(extras), len(labels)), dtype=np.float32),
    )


@pytest.fixture(scope="session")
def annotator() -> Annotator:
    return Annotator("retail", names=["王芳"])


@pytest.fixture(scope="session")
def read(annotator: Annotator):
    """Label a text (or turns) and return (document row, unit rows)."""

    def label(text: str | None, turns: list | None = None, language: str | None = None):
        return annotator.annotate("key", text, turns, "hash", "reviews", language)

    return label
