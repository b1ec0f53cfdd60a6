"""Write down which public texts the shipped heads learned from, for `voc evaluate`.

    python -m nlp_jobs.training.record_texts --data DIR

Run it after the heads were trained on the same folder. Writes hashes, no text:
`nlp_jobs/evaluation/training_texts.npz` (see `nlp_jobs.evaluation.training_record`).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from nlp_jobs.evaluation.folder import read_rows
from nlp_jobs.evaluation.public_sets import PUBLIC_SETS
from nlp_jobs.evaluation.training_record import RECORD_FILE, bare_text, write_record
from nlp_jobs.training.labelled_texts import choose_split

# Too small to hold a part back: every text was trained on, and measured by cross-validation.
TRAINED_WHOLE = frozenset({"zh_gov_messages_topic_gold", "zh_restaurant_aspect_asap_sample"})
# Weakly labelled helpers, no set to be scored, by the family of heads that learns from all of it.
HELPERS = (("routing", "zh_gov_messages_topic_silver", ("subject", "text")),)


def iter_training_texts(directory: Path) -> Iterator[tuple[str, str]]:
    """Yield (family, text) of every case that is not held out, for each file that is there."""
    for public_set in PUBLIC_SETS:
        path = directory / f"{public_set.name}.csv.gz"
        tasks = [task for task in public_set.tasks if task.family]
        if not tasks or not path.exists():
            continue
        rows = read_rows(path)
        for task in tasks:
            for text in dict.fromkeys(case.known_text for case in task.read(rows)):
                is_held_out = choose_split(bare_text(text)) == "test"
                if public_set.name in TRAINED_WHOLE or not is_held_out:
                    yield task.family, text
    for family, name, columns in HELPERS:
        path = directory / f"{name}.csv.gz"
        for row in read_rows(path) if path.exists() else ():
            yield family, "\n".join(row[column] for column in columns)


def record(directory: Path, path: Path = RECORD_FILE) -> dict[str, int]:
    """Write the record of a folder; returns the number of distinct texts per family of heads."""
    texts: dict[str, list[str]] = {}
    for family, text in iter_training_texts(directory):
        texts.setdefault(family, []).append(text)
    if not texts:
        raise FileNotFoundError(f"{directory} holds none of the public data sets")
    return write_record(path, texts)


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the public data sets")
    parser.add_argument("--out", type=Path, default=RECORD_FILE)
    options = parser.parse_args(arguments)
    for family, count in record(options.data, options.out).items():
        print(f"{family}: {count:,} texts")
    print(f"{options.out}: {options.out.stat().st_size / 1000:,.0f} kB")


if __name__ == "__main__":
    main()
