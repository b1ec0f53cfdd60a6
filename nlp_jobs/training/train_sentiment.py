"""Train the sentiment head of one language, calibrate it together with the rules, measure it.

    python -m nlp_jobs.training.train_sentiment --language zh --data DIR [--csv FILE ...]

`--data` names a folder with the public data sets of `labelled_texts.DATA_SETS`; `--csv` adds
labelled files of your own. Writes `sentiment_<language>.npz` and `.metrics.json` to `--out`.
The same inputs give the same weights: nothing here is random.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from nlp_jobs.heads import MODEL_DIR, SentimentHead, load_sentiment_head
from nlp_jobs.training.labelled_texts import (
    DATA_SETS,
    LabelledText,
    load_data_set,
    load_labelled_csv,
)
from nlp_jobs.training.sentiment_calibration import (
    calibrate,
    join_documents,
    score_held_out,
)
from nlp_jobs.training.sentiment_fitting import (
    FEATURES,
    choose_domains,
    fit_head,
    share_domains,
)
from nlp_jobs.training.sentiment_metrics import measure, measure_folds

KEPT = {"zh": 220_000, "en": 160_000}  # n-grams in the file


def train(sources: dict[str, list[LabelledText]], language: str) -> SentimentHead:
    """Calibrate on held-out folds, then fit on all texts that are not for testing."""
    # A text that several sources share is used once.
    unique = {example.text: example for examples in sources.values() for example in examples}
    examples = sorted(
        (example for example in unique.values() if example.split != "test"),
        key=lambda example: example.text,
    )
    domains = choose_domains(examples)
    keep, features = KEPT[language], FEATURES[language]
    scores = score_held_out(
        lambda chosen: fit_head(features, chosen, domains, keep), examples, language
    )
    facts = calibrate(scores, examples, domains, language)
    facts["cross_validation"] = measure_folds(
        join_documents(facts["document_praise"], scores), examples, sources
    )
    facts["domain_shares"] = share_domains(examples, domains)
    return replace(fit_head(features, examples, domains, keep), facts=facts)


def measure_sources(
    head: SentimentHead, sources: dict[str, list[LabelledText]], language: str
) -> dict[str, object]:
    """The metrics of the test texts of each source that has praise and blame among them."""
    metrics: dict[str, object] = {}
    for name, found in sources.items():
        held = [example for example in found if example.split == "test"]
        if {1, -1} <= {example.label for example in held}:
            metrics[name] = measure(head, held, language)
    return metrics


def read_sources(
    language: str, data: Path | None, files: Sequence[Path], text_column: str, label_column: str
) -> dict[str, tuple[list[LabelledText], str]]:
    """(texts, licence) of each source that has texts; a CSV file is named by its stem."""
    sources = {}
    for data_set in DATA_SETS:
        if data is not None and data_set.language == language:
            sources[data_set.name] = (load_data_set(data_set, data), data_set.licence)
    for path in files:
        found = load_labelled_csv(path, text_column, label_column, language)
        sources[path.name.split(".")[0]] = (found, "own data")
    return {name: source for name, source in sources.items() if source[0]}


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--language", choices=sorted(FEATURES), required=True)
    parser.add_argument("--data", type=Path, help="folder with the public data sets")
    parser.add_argument("--csv", type=Path, action="append", default=[], help="labelled CSV")
    parser.add_argument("--text-column", default="text")
    parser.add_argument("--label-column", default="label")
    parser.add_argument("--out", type=Path, default=MODEL_DIR)
    parser.add_argument("--leave-out", action="append", default=[], help="data set to leave out")
    parser.add_argument(
        "--leave-out-domain", action="append", default=[], help="domain to leave out of all sets"
    )
    options = parser.parse_args(arguments)
    read = read_sources(
        options.language, options.data, options.csv, options.text_column, options.label_column
    )
    sources = {
        name: [example for example in found if example.domain not in options.leave_out_domain]
        for name, (found, _) in read.items()
        if name not in options.leave_out
    }
    sources = {name: found for name, found in sources.items() if found}
    if not sources:
        parser.error("no labelled texts found: give --data or --csv")
    head = train(sources, options.language)
    head.facts["trained_on"] = {
        name: {
            "texts": sum(example.split != "test" for example in found),
            "licence": read[name][1],
        }
        for name, found in sources.items()
    }
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / f"sentiment_{options.language}.npz"
    head.save(path)
    # measured as it is stored, rounded weights and all
    metrics = {
        **head.facts,
        "domains": list(head.domains),
        "test": measure_sources(load_sentiment_head(path), sources, options.language),
        "measured_on": dt.datetime.now(dt.UTC).date().isoformat(),
    }
    report = json.dumps(metrics, ensure_ascii=False, indent=2, sort_keys=True)
    path.with_suffix(".metrics.json").write_text(report + "\n", encoding="utf-8")
    print(report)


if __name__ == "__main__":
    main()
