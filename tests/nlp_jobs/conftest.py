"""One annotator for all tests of a run: building it takes seconds."""

import pytest

from nlp_jobs.annotate import Annotator


@pytest.fixture(scope="session")
def annotator() -> Annotator:
    return Annotator("retail", names=["王芳"])


@pytest.fixture(scope="session")
def read(annotator: Annotator):
    """Label a text (or turns) and return (document row, unit rows)."""

    def label(text: str | None, turns: list | None = None, language: str | None = None):
        return annotator.annotate("key", text, turns, "hash", "reviews", language)

    return label
