"""The pipeline beside the libraries that a user would pick instead, on the same held-out texts.

    python3 -m venv /tmp/libraries && /tmp/libraries/bin/pip install -r benchmarks/requirements.txt
    python -m benchmarks.compare_libraries --data DIR --libraries-python /tmp/libraries/bin/python

Every set is cut to the same texts for all: none that a shipped head learned from, at most
`--limit` of them in the order of their hashes. Everyone answers praise or blame; no answer is a
wrong one. The pipeline does its whole work (cleaning, redaction, units, all labels) in one
process; a library only gives a sentiment. Seconds are CPU seconds of that process without loading.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp_jobs.evaluation.answers import Opinions, read_sign
from nlp_jobs.evaluation.folder import FolderScorer, Scope, choose, read_rows
from nlp_jobs.evaluation.public_sets import SETS_BY_NAME, Case
from nlp_jobs.evaluation.results import score_classes
from nlp_jobs.evaluation.tables import format_estimate

WORKER = Path(__file__).resolve().parent / "library_worker.py"
LIBRARIES = {"zh": ("snownlp", "cnsenti", "jionlp"), "en": ("textblob", "vader")}
SETS = (
    "zh_sentiment_online_shopping_10cats",
    "zh_sentiment_waimai",
    "zh_sentiment_hotel",
    "zh_appstore_reviews",
    "zh_meituan_restaurant_stars",
    "en_airline_tweets",
    "en_nhs_survey_phase1",
)
OURS = "voc pipeline"


@dataclass(frozen=True)
class Answers:
    """What one of the compared said about all texts of a set."""

    who: str
    version: str
    labels: list[str | None]
    seconds: float


def load_cases(path: Path, limit: int) -> list[Case]:
    """The held-out polarity cases of a set, the same ones for everybody."""
    name = path.name.removesuffix(".csv.gz")
    task = next(task for task in SETS_BY_NAME[name].tasks if task.name == "polarity")
    record = FolderScorer(Scope()).record
    cases = [
        case for case in task.read(read_rows(path)) if not record.has_seen("sentiment", case.text)
    ]
    return choose(cases, limit)


def ask_pipeline(opinions: Opinions, texts: Sequence[str]) -> Answers:
    """The sign of the document score."""
    started = time.process_time()
    labelled = opinions.read(texts)
    seconds = time.process_time() - started
    labels = [read_sign(document["sentiment_score"]) for document, _ in labelled]
    return Answers(OURS, labelled[0][0]["pipeline_version"], labels, seconds)


def ask_library(python: Path, library: str, texts: Sequence[str]) -> Answers:
    """What a library in its own environment says; a `RuntimeError` when it fails."""
    finished = subprocess.run(
        [str(python), str(WORKER), library],
        input=json.dumps(list(texts)),
        capture_output=True,
        text=True,
    )
    if finished.returncode:
        raise RuntimeError(f"{library} failed: {finished.stderr.strip().splitlines()[-1]}")
    found = json.loads(finished.stdout)
    return Answers(library, found["version"], found["labels"], found["seconds"])


def compare(
    data: Path, python: Path | None, limit: int, pipeline: bool
) -> Iterator[dict[str, Any]]:
    """Yield a row per set and compared one; `python` null leaves the libraries out."""
    opinions = Opinions() if pipeline else None
    if opinions is not None:
        opinions.read(["好", "good"])  # load everything before the clock starts
    for name in SETS:
        path = data / f"{name}.csv.gz"
        if not path.exists():
            continue
        cases = load_cases(path, limit)
        texts, gold = [case.text for case in cases], [str(case.gold) for case in cases]
        answers = [ask_pipeline(opinions, texts)] if opinions is not None else []
        if python is not None:
            answers += [ask_library(python, library, texts) for library in LIBRARIES[name[:2]]]
        for given in answers:
            result = score_classes(gold, given.labels)
            yield {
                "data_set": name,
                "who": given.who,
                "version": given.version,
                **{
                    key: result.to_json()[key]
                    for key in ("n", "n_no_verdict", "accuracy", "macro_f1")
                },
                "characters": round(sum(map(len, texts)) / len(texts), 1),
                "texts_per_cpu_second": round(len(texts) / given.seconds),
                "cells": [
                    name,
                    given.who,
                    f"{result.n:,}",
                    f"{result.n_no_verdict:,}",
                    format_estimate(result.accuracy),
                    format_estimate(result.macro_f1),
                    f"{len(texts) / given.seconds:,.0f}",
                ],
            }


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the public data sets")
    parser.add_argument("--libraries-python", type=Path, help="interpreter that has the libraries")
    parser.add_argument("--limit", type=int, default=1000, help="texts per set")
    parser.add_argument("--without-pipeline", action="store_true", help="the libraries only")
    parser.add_argument("--json", type=Path, help="write the rows as JSON")
    options = parser.parse_args(arguments)
    header = ("data set", "who", "n", "no verdict", "accuracy", "macro-F1", "texts per CPU second")
    print(f"| {' | '.join(header)} |\n|{'---|' * len(header)}")
    rows = []
    for row in compare(
        options.data, options.libraries_python, options.limit, not options.without_pipeline
    ):
        print(f"| {' | '.join(row.pop('cells'))} |", flush=True)
        rows.append(row)
    if options.json is not None:
        measured = {"measured_on": dt.datetime.now(dt.UTC).date().isoformat(), "rows": rows}
        options.json.write_text(json.dumps(measured, ensure_ascii=False, indent=2) + "\n")


if __name__ == "__main__":
    main()
