"""Labelled texts for training: readers of public data sets by file name, and of any CSV.

A reader yields (text, label) with label 1 for praise and 0 for blame; neutral rows and texts
with both polarities are left out. The split into training, calibration and test rows follows the
text itself, so that equal and nearly equal texts always fall on the same side, in every data set.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nlp_jobs.text.clean import clean
from nlp_jobs.text.script import to_simplified

Row = dict[str, str]
SHINGLE = 8
TEST_SHARE, CALIBRATION_SHARE = 10, 10  # of 100


@dataclass(frozen=True)
class LabelledText:
    """One training example; `split` is train, calibration or test."""

    text: str
    label: int
    split: str


@dataclass(frozen=True)
class DataSet:
    """A labelled file: how to read it, and what the model card must say about it."""

    name: str
    language: str
    kind: str  # document or unit
    licence: str
    read: Callable[[Iterable[Row]], Iterator[tuple[str, int]]]


def _binary(rows: Iterable[Row]) -> Iterator[tuple[str, int]]:
    for row in rows:
        if row["label"] in ("0", "1"):
            yield row["text"], int(row["label"])


def _stars(rows: Iterable[Row]) -> Iterator[tuple[str, int]]:
    """1-2 stars against 4-5; rows that the store deleted are mostly advertising."""
    for row in rows:
        if row["star"] in ("1", "2", "4", "5") and row.get("deleted_by_store", "0") != "1":
            title = row.get("title", "")
            yield f"{title} {row['text']}".strip(), int(int(row["star"]) > 3)


def _polarity_column(rows: Iterable[Row], column: str = "polarity") -> Iterator[tuple[str, int]]:
    """Aspect rows: a text counts when all its aspects have one and the same polarity."""
    polarities: dict[str, set[str]] = {}
    for row in rows:
        polarities.setdefault(row["text"], set()).add(row[column])
    for text, values in polarities.items():
        if values in ({"1"}, {"-1"}):
            yield text, int(values == {"1"})


def _tweets(rows: Iterable[Row]) -> Iterator[tuple[str, int]]:
    labels = {"positive": 1, "negative": 0, "1": 1, "-1": 0}
    for row in rows:
        if row["sentiment"] in labels:
            yield row["text"], labels[row["sentiment"]]


def _nhs_verbatims(rows: Iterable[Row]) -> Iterator[tuple[str, int]]:
    """Human sentiment 1 (very positive) to 5 (very negative); 3 is neutral."""
    for row in rows:
        if row["comment_sentiment"] in ("1", "2", "4", "5"):
            yield row["text"], int(row["comment_sentiment"] in ("1", "2"))


def _nhs_criticality(rows: Iterable[Row]) -> Iterator[tuple[str, int]]:
    """Human criticality -5 to 5; the question asked is not part of the text."""
    for row in rows:
        try:
            criticality = int(row["criticality"])
        except ValueError:
            continue
        if criticality:
            yield row["text"], int(criticality > 0)


UNCLEAR = "no licence stated in its repository: training only, never redistributed"
DATA_SETS = (
    DataSet("zh_sentiment_online_shopping_10cats", "zh", "document", UNCLEAR, _binary),
    DataSet("zh_sentiment_waimai", "zh", "document", UNCLEAR, _binary),
    DataSet("zh_sentiment_hotel", "zh", "document", UNCLEAR, _binary),
    DataSet("zh_appstore_reviews", "zh", "document", UNCLEAR, _stars),
    DataSet("zh_meituan_restaurant_stars", "zh", "document", UNCLEAR, _stars),
    DataSet(
        "zh_restaurant_opinion_pairs_zhang",
        "zh",
        "unit",
        "MIT (upstream terms vary)",
        _polarity_column,
    ),
    DataSet(
        "zh_aspect_terms_absadatasets", "zh", "unit", "MIT (upstream terms vary)", _polarity_column
    ),
    DataSet("zh_ecommerce_aspect_tianchi", "zh", "unit", UNCLEAR, _polarity_column),
    DataSet("zh_car_aspect_bdci2018", "zh", "unit", UNCLEAR, _polarity_column),
    DataSet(
        "en_airline_tweets",
        "en",
        "document",
        "unclear in its repository (original: CC BY-NC-SA 4.0 as recalled): training only",
        _tweets,
    ),
    DataSet("en_nhs_survey_verbatims", "en", "unit", "MIT", _nhs_verbatims),
    DataSet("en_nhs_survey_phase1", "en", "unit", "MIT", _nhs_criticality),
    DataSet(
        "en_aspect_acos_laptop_restaurant",
        "en",
        "unit",
        "MIT (SemEval text has its own terms)",
        _polarity_column,
    ),
)


def read_csv(path: Path) -> Iterator[Row]:
    """Yield the rows of a CSV file, gzipped or not, UTF-8."""
    with path.open("rb") as raw:
        file = gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw
        yield from csv.DictReader(io.TextIOWrapper(file, encoding="utf-8-sig", newline=""))


def load_data_set(data_set: DataSet, directory: Path) -> list[LabelledText]:
    """Read, clean and split one data set; a missing file gives an empty list.

    Texts that occur with both labels are dropped.
    """
    path = directory / f"{data_set.name}.csv.gz"
    if not path.exists():
        return []
    return split_texts(data_set.read(read_csv(path)), data_set.language)


def load_labelled_csv(
    path: Path, text_column: str, label_column: str, language: str
) -> list[LabelledText]:
    """Any CSV whose label column holds 1/0, positive/negative or 1/-1; other rows are left out."""
    labels = {"1": 1, "positive": 1, "0": 0, "-1": 0, "negative": 0}
    pairs = (
        (row[text_column], labels[row[label_column]])
        for row in read_csv(path)
        if row[label_column] in labels
    )
    return split_texts(pairs, language)


def split_texts(pairs: Iterable[tuple[str, int]], language: str) -> list[LabelledText]:
    """Clean the texts as the pipeline does, drop contradictions, and give each its split."""
    labels: dict[str, set[int]] = {}
    for text, label in pairs:
        prepared = clean(text)
        prepared = to_simplified(prepared) if language == "zh" else prepared
        if prepared:
            labels.setdefault(prepared, set()).add(label)
    return [
        LabelledText(text, next(iter(found)), choose_split(text))
        for text, found in labels.items()
        if len(found) == 1
    ]


def choose_split(text: str) -> str:
    """The split of a text by its smallest shingle hash, which near-duplicates mostly share."""
    letters = "".join(character for character in text.lower() if character.isalnum())
    stop = max(1, len(letters) - SHINGLE + 1)
    smallest = min(
        hashlib.blake2b(letters[start : start + SHINGLE].encode(), digest_size=8).digest()
        for start in range(stop)
    )
    place = int.from_bytes(smallest[4:], "big") % 100
    if place < TEST_SHARE:
        return "test"
    return "calibration" if place < TEST_SHARE + CALIBRATION_SHARE else "train"
