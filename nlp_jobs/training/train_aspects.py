"""Train the aspect heads of one domain, and measure them.

    python -m nlp_jobs.training.train_aspects --name automotive_zh --data DIR
    python -m nlp_jobs.training.train_aspects --name my_domain --csv FILE

`--data` names a folder with the public sets; `--csv` adds a labelled file of your own with one row
per text and aspect (columns `text`, `aspect`, `polarity` 1/0/-1, optionally `opinion_term`). A name
with a word list in `nlp_jobs/lexicons/` is trained by its words, all others by n-grams. Writes
`aspects_<name>*.npz` and `aspects_<name>.metrics.json` to `--out`. The same inputs give the same
weights.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nlp_jobs.aspects.learned import LearnedAspects
from nlp_jobs.aspects.worded import WordedAspects
from nlp_jobs.aspects.words import load_aspect_words
from nlp_jobs.heads import MODEL_DIR
from nlp_jobs.lexicons.language import LEXICON_DIR
from nlp_jobs.training.aspect_texts import (
    OPINION_PAIRS,
    SOURCES,
    AspectText,
    iter_opinion_clauses,
    read_long,
    read_wide,
)
from nlp_jobs.training.labelled_texts import read_csv
from nlp_jobs.training.learned_aspects import train_learned
from nlp_jobs.training.worded_aspects import train_worded

SHINGLE = 10  # letters; opinion pairs that share this many with a labelled text are left out


def load_texts(name: str, data: Path | None, files: Sequence[Path]) -> list[AspectText]:
    """The labelled texts of a domain from the public set and from files of your own."""
    found: list[AspectText] = []
    source = SOURCES.get(name)
    if data is not None and source is not None:
        rows = read_csv(data / f"{source.data_set}.csv.gz")
        if source.is_wide:
            found += read_wide(rows, load_aspect_words(name).labels)
        else:
            found += read_long(rows)
    for path in files:
        found += read_long(read_csv(path))
    return found


def load_pairs(data: Path, examples: Sequence[AspectText]) -> list[tuple[str, int]]:
    """Clauses of known polarity, without any that shares a stretch with a labelled text."""
    known = {piece for example in examples for piece in _pieces(example.text)}
    rows = read_csv(data / f"{OPINION_PAIRS[0]}.csv.gz")
    kept = (row for row in rows if known.isdisjoint(_pieces(row["text"])))
    return list(iter_opinion_clauses(kept))


def _pieces(text: str) -> set[str]:
    letters = "".join(character for character in text if character.isalnum())
    return {letters[place : place + SHINGLE] for place in range(len(letters) - SHINGLE + 1)}


def save(model: LearnedAspects | WordedAspects, stem: Path) -> None:
    """Write the heads of a model next to each other."""
    if isinstance(model, LearnedAspects):
        parts = {
            "": model.text_head,
            "_units": model.unit_head,
            "_polarity": model.polarity_head,
        }
    else:
        parts = {
            "": model.presence_head,
            "_clauses": model.clause_head,
            "_polarity": model.polarity_head,
        }
    for part, head in parts.items():
        head.save(stem.with_name(f"{stem.name}{part}.npz"))


def train(
    name: str, data: Path | None, files: Sequence[Path]
) -> tuple[LearnedAspects | WordedAspects, dict[str, Any]]:
    """Fit one domain; the second result is what the metrics file says."""
    examples = load_texts(name, data, files)
    if not examples:
        raise ValueError(f"no labelled texts for {name!r}: give --data or --csv")
    counts = Counter(label for example in examples for label in example.polarities)
    trained_on: dict[str, Any] = {path.stem: {"licence": "own data"} for path in files}
    if data is not None and name in SOURCES:
        trained_on[SOURCES[name].data_set] = {"licence": SOURCES[name].licence}
    model: LearnedAspects | WordedAspects
    if (LEXICON_DIR / f"{name}.yml").exists():
        if data is None:
            raise ValueError(f"{name!r} is trained by its words: --data must hold opinion pairs")
        pairs = load_pairs(data, examples)
        trained_on[OPINION_PAIRS[0]] = {"licence": OPINION_PAIRS[1], "clauses": len(pairs)}
        model, metrics = train_worded(examples, pairs, name)
    else:
        labels = [label for label, _ in sorted(counts.items(), key=lambda item: (-item[1], item))]
        model, metrics = train_learned(examples, labels)
    splits = Counter(example.split for example in examples)
    report = {"name": name, "texts": dict(sorted(splits.items())), "trained_on": trained_on}
    return model, {**report, "labels": dict(counts.most_common()), **metrics}


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--name", required=True, help=f"of the reader: {', '.join(SOURCES)}, ...")
    parser.add_argument("--data", type=Path, help="folder with the public data sets")
    parser.add_argument("--csv", type=Path, action="append", default=[], help="labelled CSV")
    parser.add_argument("--out", type=Path, default=MODEL_DIR)
    options = parser.parse_args(arguments)
    try:
        model, metrics = train(options.name, options.data, options.csv)
    except (OSError, KeyError, ValueError) as error:
        parser.error(str(error))
    options.out.mkdir(parents=True, exist_ok=True)
    stem = options.out / f"aspects_{options.name}"
    save(model, stem)
    metrics["measured_on"] = dt.datetime.now(dt.UTC).date().isoformat()
    report = json.dumps(metrics, ensure_ascii=False, indent=2, sort_keys=True)
    stem.with_suffix(".metrics.json").write_text(report + "\n", encoding="utf-8")
    print(report)


if __name__ == "__main__":
    main()
