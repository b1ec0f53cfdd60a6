"""Units with labels to train and measure heads on (`unit_examples/`).

Three kinds: written sentences to learn from (`<language>.tsv`); sentences by other writers
(`<language>_apart.tsv`); and units of public texts that were read and judged (`judged.csv`: hashes
and labels, no text), which are found again in the public files.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import load_config, load_model_from_config

from nlp_jobs.components.opinion_unit import OPINION_UNITS, OpinionUnit
from nlp_jobs.pipelines import CONFIGS_DIR
from nlp_jobs.training.labelled_texts import choose_split, prepare_text, read_csv

EXAMPLES = Path(__file__).resolve().parent / "unit_examples"
JUDGED = EXAMPLES / "judged.csv"
CUTTER_PIPES = 2  # the first pipes cut texts into units
# the pipes that the heads of `voc_letters` are for
READERS = {
    "promises": "voc_promises",
    "sentiment": "voc_unit_sentiment",
    "alarms": "voc_alarms",
    "effort": "voc_effort",
    "signals": "voc_signal_heads",
}


class PublicUnit(NamedTuple):
    """A unit of a public text, the text, and the split that it belongs to (`choose_split`)."""

    unit: OpinionUnit
    doc: Doc
    split: str


def read_sentences(
    name: str, columns: Collection[str], directory: Path = EXAMPLES
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line number and values of a file's sentences, such as `zh` or `zh_apart`, in order.

    `text` is as the pipes meet it. Raises `ValueError` for a missing column or a broken line.
    """
    language = name.partition("_")[0]
    path = directory / f"{name}.tsv"
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    found = header.split("\t")
    if not {*columns, "text"} <= set(found):
        raise ValueError(f"{path}: the first line does not name {', '.join(columns)} and text")
    for number, line in enumerate(lines, start=2):
        values = line.split("\t")
        if len(values) != len(found) or not all(values):
            raise ValueError(f"{path}, line {number}: not {len(found)} values")
        row = dict(zip(found, values, strict=True))
        row["text"] = prepare_text(row["text"], language)
        yield number, row


def read_marked_sentences(path: Path, labels: Collection[str]) -> list[tuple[str, str]]:
    """Return label and text of each line of a file such as `alarm_examples/zh.tsv`.

    The file is named by its language; texts are as the pipes meet them. Raises `ValueError` with
    the line for a broken line and an unknown label.
    """
    marked = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        label, _, text = line.partition("\t")
        if label not in labels or not text.strip() or "\t" in text:
            raise ValueError(f"{path}, line {number}: not a known label and a text")
        marked.append((label, prepare_text(text, path.stem)))
    return marked


def read_judgements(language: str, column: str) -> dict[str, dict[str, str]]:
    """Return hash -> labels of the judged units of a language whose `column` was judged."""
    with JUDGED.open(encoding="utf-8", newline="") as file:
        return {
            row["unit_hash"]: row
            for row in csv.DictReader(file)
            if row["language"] == language and row[column]
        }


def hash_unit(text: str) -> str:
    """Return the name by which `judged.csv` knows a unit; blanks do not count."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:16]


def iter_units(language: str, files: Iterable[str], data: Path) -> Iterator[tuple[str, PublicUnit]]:
    """Yield the first customer's unit of each hash that stands in the public files, by its hash.

    The doc went through the first pipes only.
    """
    cutter = build_pipes(language, CUTTER_PIPES)
    seen: set[str] = set()
    for name in files:
        path = data / f"{name}.csv.gz"
        for doc in cutter.pipe(iter_texts(path, language) if path.exists() else ()):
            split = choose_split(doc.text)
            for unit in doc.user_data[OPINION_UNITS]:
                key = hash_unit(unit.text)
                if unit.speaker == "customer" and key not in seen:
                    seen.add(key)
                    yield key, PublicUnit(unit, doc, split)


def find_units(
    language: str, files: Iterable[str], data: Path, hashes: Collection[str]
) -> Iterator[tuple[str, PublicUnit]]:
    """Yield the units of `iter_units` with a hash out of `hashes`.

    One that the pipes no longer cut so is left out.
    """
    return ((key, unit) for key, unit in iter_units(language, files, data) if key in hashes)


def find_texts(
    language: str, files: Sequence[str], data: Path, hashes: Collection[str]
) -> dict[str, str]:
    """The public texts in which judged units stand, each with its split.

    Raises `FileNotFoundError` when the folder holds none of the files.
    """
    texts = {found.doc.text: found.split for _, found in find_units(language, files, data, hashes)}
    if not texts:
        raise FileNotFoundError(f"{data} holds none of {', '.join(files)}")
    return texts


def build_pipes(language: str, until: int | str) -> Language:
    """The first so many pipes of a language with the retail pack, or those before the named one.

    Heads of pipes that are left out are not read.
    """
    config = load_config(CONFIGS_DIR / f"{language}.cfg", interpolate=True)
    names = config["nlp"]["pipeline"]
    names = names[: until if isinstance(until, int) else names.index(until)]
    config["nlp"]["pipeline"] = names
    config["components"] = {name: config["components"][name] for name in names}
    for head, pipe in READERS.items():  # which may be what is to be trained
        if "voc_letters" in names and pipe not in names:
            config["components"]["voc_letters"][head] = None
    return load_model_from_config(config, auto_fill=True)


def iter_texts(path: Path, language: str) -> Iterator[str]:
    """Yield the distinct texts of a public file, as the pipes meet them."""
    seen: set[str] = set()
    for row in read_csv(path):
        text = prepare_text(row.get("text") or row.get("narrative") or "", language)
        if text and text not in seen:
            seen.add(text)
            yield text
