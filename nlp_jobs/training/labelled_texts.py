"""Labelled texts for training: readers of public data sets by file name, and of any CSV.

A reader yields (text, label, domain) with label 1 for praise, 0 for neutral and -1 for blame;
texts with several polarities are left out. The split into training, calibration and test rows
follows the text itself, so that equal and nearly equal texts always fall on the same side, in
every data set.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from nlp_jobs.text.clean import clean
from nlp_jobs.text.script import to_simplified

Row = dict[str, str]
SHINGLE = 8
TEST_SHARE, CALIBRATION_SHARE = 10, 10  # of 100


PRAISE, NEUTRAL, BLAME = 1, 0, -1
NO_DOMAIN = "general"
CATEGORY_DOMAINS = {"酒店": "hotel", "书籍": "books"}  # of the shopping set
MIN_TURN = 5  # characters
REQUEST_STEP = 4
_SLOT = re.compile(r"\[[^\[\]]{1,12}x\]")  # [订单x]: what the publisher took out


class Labelled(NamedTuple):
    """What a reader yields: a text as it stands in the file, its label, and what it is about."""

    text: str
    label: int
    domain: str = NO_DOMAIN


@dataclass(frozen=True)
class LabelledText:
    """One example, cleaned; `split` is train, calibration or test."""

    text: str
    label: int
    split: str
    domain: str = NO_DOMAIN


@dataclass(frozen=True)
class DataSet:
    """A labelled file: how to read it, and what the model card must say about it."""

    name: str
    language: str
    kind: str  # document or unit
    licence: str
    read: Callable[[Iterable[Row]], Iterator[Labelled]]


def _binary(rows: Iterable[Row], domain: str) -> Iterator[Labelled]:
    """Labels 1 (praise) and 0 (blame); hotels and books are praised in words of their own."""
    labels = {"1": PRAISE, "0": BLAME}
    for row in rows:
        if row["label"] in labels:
            own = CATEGORY_DOMAINS.get(row.get("category", ""), domain)
            yield Labelled(row["text"], labels[row["label"]], own)


def _stars(rows: Iterable[Row], domain: str) -> Iterator[Labelled]:
    """1-2 stars against 4-5; rows that the store deleted are mostly advertising."""
    for row in rows:
        if row["star"] in ("1", "2", "4", "5") and row.get("deleted_by_store", "0") != "1":
            text = f"{row.get('title', '')} {row['text']}".strip()
            yield Labelled(text, PRAISE if int(row["star"]) > 3 else BLAME, domain)


def _polarity_column(rows: Iterable[Row], domain: str = NO_DOMAIN) -> Iterator[Labelled]:
    """Aspect rows: a text counts when all its aspects have one and the same polarity."""
    polarities: dict[str, set[str]] = {}
    for row in rows:
        polarities.setdefault(row["text"], set()).add(row["polarity"])
    for text, values in polarities.items():
        value = next(iter(values))
        if len(values) == 1 and value in ("1", "0", "-1"):
            yield Labelled(text, int(value), domain)


def _tweets(rows: Iterable[Row]) -> Iterator[Labelled]:
    labels = {"positive": PRAISE, "neutral": NEUTRAL, "negative": BLAME}
    labels |= {"1": PRAISE, "0": NEUTRAL, "-1": BLAME}
    for row in rows:
        if row["sentiment"] in labels:
            yield Labelled(row["text"], labels[row["sentiment"]], "tweets")


def _nhs_verbatims(rows: Iterable[Row]) -> Iterator[Labelled]:
    """Human sentiment 1 (very positive) to 5 (very negative); 3 is neutral."""
    for row in rows:
        if row["comment_sentiment"] in ("1", "2", "3", "4", "5"):
            level = int(row["comment_sentiment"])
            yield Labelled(row["text"], (level < 3) - (level > 3), "survey")


def _nhs_criticality(rows: Iterable[Row]) -> Iterator[Labelled]:
    """Human criticality -5 to 5; the question asked is not part of the text."""
    for row in rows:
        try:
            criticality = int(row["criticality"])
        except ValueError:
            continue
        if criticality:
            yield Labelled(row["text"], PRAISE if criticality > 0 else BLAME, "survey")


def _service_turns(rows: Iterable[Row]) -> Iterator[Labelled]:
    """What customers ask and tell a service desk, taken as free of praise and blame."""
    for row in rows:
        text = _SLOT.sub("", row["text"])
        if row["role"] == "customer" and len(text) >= MIN_TURN:
            yield Labelled(text, NEUTRAL)


def _requests(rows: Iterable[Row]) -> Iterator[Labelled]:
    """Requests to a bank; a part of them, so that they do not outweigh the other neutral texts."""
    for row in rows:
        if choose_place(row["text"]) % REQUEST_STEP == 0:
            yield Labelled(row["text"], NEUTRAL)


UNCLEAR = "no licence stated in its repository: training only, never redistributed"
DATA_SETS = (
    DataSet(
        "zh_sentiment_online_shopping_10cats",
        "zh",
        "document",
        UNCLEAR,
        partial(_binary, domain="shop"),
    ),
    DataSet("zh_sentiment_waimai", "zh", "document", UNCLEAR, partial(_binary, domain="takeaway")),
    DataSet("zh_sentiment_hotel", "zh", "document", UNCLEAR, partial(_binary, domain="hotel")),
    DataSet("zh_appstore_reviews", "zh", "document", UNCLEAR, partial(_stars, domain="app_store")),
    DataSet(
        "zh_meituan_restaurant_stars", "zh", "document", UNCLEAR, partial(_stars, domain="general")
    ),
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
    DataSet(
        "zh_car_aspect_bdci2018", "zh", "unit", UNCLEAR, partial(_polarity_column, domain="cars")
    ),
    DataSet("zh_jddc_customer_service_dialogues", "zh", "unit", UNCLEAR, _service_turns),
    DataSet(
        "en_airline_tweets",
        "en",
        "document",
        "unclear in its repository (original: CC BY-NC-SA 4.0 as recalled): training only",
        _tweets,
    ),
    DataSet("en_nhs_survey_verbatims", "en", "unit", "MIT", _nhs_verbatims),
    DataSet("en_nhs_survey_phase1", "en", "unit", "MIT", _nhs_criticality),
    DataSet("en_banking77_intents", "en", "unit", "CC BY 4.0", _requests),
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
    """Any CSV whose label column holds names (positive, neutral, negative), 1/0/-1 or 1/0.

    0 is neutral where -1 occurs too, else blame; other rows are left out. The name of the file
    is the domain.
    """
    rows = list(read_csv(path))
    missing = {text_column, label_column} - set(rows[0] if rows else ())
    if missing:
        raise ValueError(f"{path}: no column {', '.join(sorted(missing))}, or no rows")
    has_blame = any(row[label_column] == "-1" for row in rows)
    labels = {"1": PRAISE, "positive": PRAISE, "neutral": NEUTRAL}
    labels |= {"-1": BLAME, "negative": BLAME, "0": NEUTRAL if has_blame else BLAME}
    found = (
        Labelled(row[text_column], labels[row[label_column]], path.name.split(".")[0])
        for row in rows
        if row[label_column] in labels
    )
    return split_texts(found, language)


def split_texts(found: Iterable[Labelled], language: str) -> list[LabelledText]:
    """Clean the texts as the pipeline does, drop contradictions, and give each its split."""
    labels: dict[str, set[int]] = {}
    domains: dict[str, str] = {}
    for text, label, domain in found:
        prepared = prepare_text(text, language)
        if prepared:
            labels.setdefault(prepared, set()).add(label)
            domains.setdefault(prepared, domain)
    return [
        LabelledText(text, next(iter(values)), choose_split(text), domains[text])
        for text, values in labels.items()
        if len(values) == 1
    ]


def prepare_text(text: str, language: str) -> str:
    """A raw text as the heads meet it: cleaned, and Chinese in simplified script."""
    prepared = clean(text)
    return to_simplified(prepared) if language == "zh" else prepared


def choose_split(text: str) -> str:
    """The split of a text: nine tenths to learn from and calibrate on, one to test."""
    place = choose_place(text)
    if place < TEST_SHARE:
        return "test"
    return "calibration" if place < TEST_SHARE + CALIBRATION_SHARE else "train"


def choose_place(text: str) -> int:
    """0 to 99 by the smallest shingle hash of a text, which near-duplicates mostly share."""
    letters = "".join(character for character in text.lower() if character.isalnum())
    stop = max(1, len(letters) - SHINGLE + 1)
    smallest = min(
        hashlib.blake2b(letters[start : start + SHINGLE].encode(), digest_size=8).digest()
        for start in range(stop)
    )
    return int.from_bytes(smallest[4:], "big") % 100
