"""Train the head that reads opinions about named terms, calibrate and measure it.

    python -m nlp_jobs.training.train_named_opinions --language zh --data DIR
    python -m nlp_jobs.training.train_named_opinions --language zh --csv FILE --out DIR

`--data` names a folder with the public sets of `SOURCES`; `--csv` a file of your own with the
columns `text`, `aspect_term`, `polarity` (1, 0, -1) and, where the words said of the term are
marked, `opinion_term`. Writes `opinions_<language>.npz` and `.metrics.json`. The fit is that of the
routers (`train_routing`): a ridge regression, nothing random.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nlp_jobs.features import HashedFeatures
from nlp_jobs.heads import MODEL_DIR
from nlp_jobs.label_heads import LabelHeads
from nlp_jobs.named_opinions import PREFIX, Named, compose
from nlp_jobs.text_features import TextFeatures
from nlp_jobs.training.labelled_texts import (
    TEST_SHARE,
    UNCLEAR,
    choose_place,
    prepare_text,
    read_csv,
)
from nlp_jobs.training.routing_texts import Recipe, RoutedText
from nlp_jobs.training.train_routing import measure, save_with_metrics, train

POLARITIES = {"1": "positive", "0": "neutral", "-1": "negative"}
# data set -> licence
SOURCES = {
    "zh": {
        "zh_restaurant_opinion_pairs_zhang": "MIT (upstream terms vary)",
        "zh_aspect_terms_absadatasets": "MIT (upstream terms vary)",
        "zh_ecommerce_aspect_tianchi": UNCLEAR,
    },
    "en": {"en_aspect_acos_laptop_restaurant": "MIT"},
}
FEATURES = {
    "zh": TextFeatures(HashedFeatures((1, 2, 3, 4), 18, keep_spaces=False), (1, 2)),
    "en": TextFeatures(HashedFeatures((2, 3, 4, 5), 18, keep_spaces=True), (1, 2)),
}
KEPT_WEIGHTS = {"zh": 300_000, "en": 60_000}


def read_named(path: Path, language: str) -> list[RoutedText]:
    """Rows with a polarity, each with its place for the splits; without a term: of the whole text.

    Raises `ValueError` when a column is missing.
    """
    found = []
    for row in read_csv(path):
        missing = {"text", "aspect_term", "polarity"} - set(row)
        if missing:
            raise ValueError(f"{path}: no column {', '.join(sorted(missing))}")
        if row["polarity"] in POLARITIES:
            named = Named(row["text"], row["aspect_term"], row.get("opinion_term", ""))
            bare = prepare_text(row["text"], language)
            text = compose(named, language)
            label = POLARITIES[row["polarity"]]
            found.append(RoutedText(text, label, 1.0, choose_place(bare), bare))
    return found


def train_named_opinions(language: str, sources: dict[str, list[RoutedText]]) -> LabelHeads:
    """Fit one head on all sources; its facts hold the held-out figures of each."""
    recipe = Recipe(
        name=language,
        language=language,
        source="all",
        text_columns=("text",),
        label_column="polarity",
        licence="",
        features=FEATURES[language],
        keep=KEPT_WEIGHTS[language],
    )
    heads = train(recipe, [row for rows in sources.values() for row in rows], {})
    licences = SOURCES[language]
    heads.facts["trained_on"] = {
        name: {
            "rows": sum(row.place >= TEST_SHARE for row in rows),
            "licence": licences.get(name, "own data"),
        }
        for name, rows in sources.items()
    }
    heads.facts["test"] = {}
    for name, rows in sources.items():
        held = [row for row in rows if row.place < TEST_SHARE]
        if held:
            probabilities = heads.probabilities([row.text for row in held])
            wanted = [heads.labels.index(row.label) for row in held]
            heads.facts["test"][name] = measure(probabilities, np.array(wanted))
    return heads


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--language", choices=sorted(SOURCES), required=True)
    given = parser.add_mutually_exclusive_group(required=True)
    given.add_argument("--data", type=Path, help="folder with the public data sets")
    given.add_argument("--csv", type=Path, help="a labelled CSV of your own")
    parser.add_argument("--out", type=Path, default=MODEL_DIR)
    options = parser.parse_args(arguments)
    if options.csv is not None:
        paths = {options.csv.name.split(".")[0]: options.csv}
    else:
        paths = {name: options.data / f"{name}.csv.gz" for name in SOURCES[options.language]}
    sources = {name: read_named(path, options.language) for name, path in paths.items()}
    empty = [name for name, rows in sources.items() if not rows]
    if empty:
        parser.error(f"no row with a polarity (1, 0, -1) in {', '.join(empty)}")
    heads = train_named_opinions(options.language, sources)
    print(save_with_metrics(heads, options.out, f"{PREFIX}{options.language}"))


if __name__ == "__main__":
    main()
