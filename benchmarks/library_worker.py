"""Label texts with one sentiment library: JSON list of texts on stdin, JSON object on stdout.

Runs in the libraries' own environment (benchmarks/requirements.txt) and imports nothing of the
project. The answer holds `labels` (positive, negative or null), `seconds` of process CPU time
without loading, and the library's `version`.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Callable
from importlib.metadata import version


def lean(value: float) -> str | None:
    """The side of zero on which a value lies."""
    return "positive" if value > 0 else "negative" if value < 0 else None


def load_snownlp() -> Callable[[str], str | None]:
    from snownlp import SnowNLP

    return lambda text: lean(SnowNLP(text).sentiments - 0.5)


def load_cnsenti() -> Callable[[str], str | None]:
    from cnsenti import Sentiment

    library = Sentiment()

    def label(text: str) -> str | None:
        found = library.sentiment_calculate(text)
        return lean(found["pos"] - found["neg"])

    return label


def load_jionlp() -> Callable[[str], str | None]:
    import jionlp

    library = jionlp.sentiment.LexiconSentiment()
    return lambda text: lean(library(text) - 0.5)


def load_textblob() -> Callable[[str], str | None]:
    from textblob import TextBlob

    return lambda text: lean(TextBlob(text).sentiment.polarity)


def load_vader() -> Callable[[str], str | None]:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    library = SentimentIntensityAnalyzer()
    return lambda text: lean(library.polarity_scores(text)["compound"])


LIBRARIES = {
    "snownlp": ("snownlp", load_snownlp),
    "cnsenti": ("cnsenti", load_cnsenti),
    "jionlp": ("jionlp", load_jionlp),
    "textblob": ("textblob", load_textblob),
    "vader": ("vaderSentiment", load_vader),
}


def main() -> None:
    """Label the texts on stdin with the library that the first argument names."""
    distribution, load = LIBRARIES[sys.argv[1]]
    texts = json.load(sys.stdin)
    with contextlib.redirect_stdout(sys.stderr):  # some libraries print when they load
        label = load()
        label(texts[0])
        started = time.process_time()
        labels = [label(text) for text in texts]
        seconds = time.process_time() - started
    json.dump({"labels": labels, "seconds": seconds, "version": version(distribution)}, sys.stdout)


if __name__ == "__main__":
    main()
