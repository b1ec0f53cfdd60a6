"""Units of public texts that were judged in their texts: hashes and labels, no words.

A file has the columns `language`, `text_hash`, `unit_hash` (`unit_texts.hash_unit`) and `label`,
or one for each of several labels. The texts are found again in the public files (`--data`); units
that the pipes no longer cut so are left out. Most texts were chosen because a former head saw
something in them, so labels are more frequent among these units than in texts at large.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from nlp_jobs.components.opinion_unit import OpinionUnit, list_customer_units
from nlp_jobs.training.labelled_texts import choose_split
from nlp_jobs.training.unit_texts import hash_unit, iter_texts

Numbers = NDArray[np.float64]
Judgements = Mapping[str, Mapping[str, str]]  # label by unit, by text; both by hash
PUBLIC_FILES = {
    "zh": (
        "zh_car_complaints",
        "zh_sentiment_hotel",
        "zh_sentiment_online_shopping_10cats",
        "zh_sentiment_waimai",
        "zh_appstore_reviews",
        "zh_gov_messages_replies",
        "zh_jd_phone_reviews",
        "zh_meituan_restaurant_stars",
        "zh_jddc_customer_service_dialogues",
    ),
    "en": (
        "en_airline_tweets",
        "en_nhs_survey_verbatims",
        "en_nhs_survey_phase1",
        "en_cfpb_complaints",
        "en_aspect_acos_laptop_restaurant",
    ),
}


class JudgedUnits(NamedTuple):
    """Units of public texts: what the head is told of each, its label, and where it stands."""

    texts: list[str]
    evidence: Numbers  # (units, inputs)
    places: NDArray[np.int64]  # of the labels
    groups: NDArray[np.int64]  # units of one text share a number
    splits: NDArray[np.str_]  # of the text (`choose_split`)


def read_judgements(path: Path, language: str, column: str = "label") -> dict[str, dict[str, str]]:
    """The labels of a file's units in one language."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["language"] == language:
                found[row["text_hash"]][row["unit_hash"]] = row[column]
    return dict(found)


def find_texts(judgements: Judgements, language: str, data: Path) -> dict[str, str]:
    """The judged texts in the public files, by their hash.

    Raises `FileNotFoundError` when the folder holds none of them.
    """
    texts: dict[str, str] = {}
    for name in PUBLIC_FILES[language]:
        path = data / f"{name}.csv.gz"
        for text in iter_texts(path, language) if path.exists() else ():
            key = hash_unit(text)
            if key in judgements:
                texts[key] = text
    if not texts:
        raise FileNotFoundError(f"{data} holds none of {', '.join(PUBLIC_FILES[language])}")
    return texts


def collect_units(
    docs: Iterable[Doc],
    judgements: Iterable[Mapping[str, str]],
    gather: Callable[[Sequence[OpinionUnit]], Numbers],
    labels: Sequence[str],
) -> JudgedUnits:
    """The judged units of docs, with the evidence that `gather` reads of all units of a doc.

    `judgements` holds each doc's units; of units with the same words the first is the judged one.
    """
    words: list[str] = []
    evidence, places, groups, splits = [], [], [], []
    for group, (doc, judged) in enumerate(zip(docs, judgements, strict=True)):
        left = dict(judged)
        units = list_customer_units([doc])
        for unit, row in zip(units, gather(units), strict=True):
            label = left.pop(hash_unit(unit.text), None)
            if label is not None:
                words.append(unit.text)
                evidence.append(row)
                places.append(labels.index(label))
                groups.append(group)
                splits.append(choose_split(doc.text))
    return JudgedUnits(
        words, np.array(evidence), np.array(places), np.array(groups), np.array(splits)
    )
