"""How often the pipeline finds a topic that is there, and one that is not, on the gold set.

Counts of documents, by topic, on the part `test` alone (the words were improved on `dev`):

    mention     the document speaks of the topic, whatever it says
    complaint   it says something negative about the topic

Written to `dbt_project/seeds/topic_error_rates.csv`, from where the statistics read them: they
correct shares of voice for the errors of this very pipeline version. Run

    python -m nlp_jobs.evaluation.error_rates

after every change of the labels; a test compares the version. Limits: see the README of the gold
set; above all, few documents per topic.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nlp_jobs.evaluation.answers import Labelled, Opinions
from nlp_jobs.evaluation.gold_units import (
    GOLD_DIR,
    Unit,
    read_documents,
    read_gold_units,
    read_predicted_units,
)
from nlp_jobs.pipelines import pipeline_version
from nlp_jobs.taxonomy import load_pack

PACK = "retail"  # the gold set's
PART = "test"
MEASURES = ("complaint", "mention")
SEED = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds" / "topic_error_rates.csv"
COLUMNS = (
    "pipeline_version",
    "measure_slug",
    "topic_slug",
    "positive_count",
    "true_positive_count",
    "negative_count",
    "false_positive_count",
)


def count_errors(
    documents: Sequence[dict[str, Any]], labelled: Sequence[Labelled], topics: Sequence[str]
) -> Iterator[tuple[str, str, int, int, int, int]]:
    """Yield measure, topic, positives, of them found, negatives, of them found, in this order.

    `labelled` is the pipeline's answer to each document, in the documents' order.
    """
    gold = [read_gold_units(document) for document in documents]
    found = [
        read_predicted_units(document["text"], answer)
        for document, answer in zip(documents, labelled, strict=True)
    ]
    for measure in MEASURES:
        pairs = [
            (name_topics(wanted, measure), name_topics(given, measure))
            for wanted, given in zip(gold, found, strict=True)
        ]
        for topic in topics:
            given_where_true = [topic in given for wanted, given in pairs if topic in wanted]
            given_where_false = [topic in given for wanted, given in pairs if topic not in wanted]
            yield (
                measure,
                topic,
                len(given_where_true),
                sum(given_where_true),
                len(given_where_false),
                sum(given_where_false),
            )


def name_topics(units: Sequence[Unit], measure: str) -> set[str]:
    """Return the topics of which a document's units speak, or complain."""
    return {
        topic
        for unit in units
        if (topic := unit.labels["topic"]) is not None
        and (measure == "mention" or unit.labels["sentiment"] == "negative")
    }


def write_seed(path: Path = SEED) -> int:
    """Label the gold set, write the counts to `path`, and return how many rows that are."""
    documents = [
        document
        for document in read_documents(GOLD_DIR / "units.jsonl")
        if document["part"] == PART
    ]
    labelled = Opinions(PACK).read([document["text"] for document in documents])
    topics = sorted(topic.slug for _, _, topic in load_pack(PACK).iter_topics())
    version = pipeline_version(PACK)
    rows = [(version, *counts) for counts in count_errors(documents, labelled, topics)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    return len(rows)


if __name__ == "__main__":
    print(f"{write_seed()} rows in {SEED}")
