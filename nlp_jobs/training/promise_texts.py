"""What the heads of promises learn from: written sentences, and units of public texts.

`promise_examples/<language>.tsv` holds sentences, `promise_examples/judged.csv` hashes and roles of
units that were read and judged in their texts, which are found again in the public files.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from spacy.util import load_config

from nlp_jobs.components.opinion_unit import OPINION_UNITS, list_customer_units
from nlp_jobs.components.promises import EVIDENCE, LABELS, NONE, PromiseMarker, gather_evidence
from nlp_jobs.pipelines import CONFIGS_DIR
from nlp_jobs.training.labelled_texts import choose_split
from nlp_jobs.training.unit_texts import (
    build_pipes,
    hash_unit,
    iter_texts,
    read_marked_sentences,
    read_sentences,
)

Numbers = NDArray[np.float64]
EXAMPLES = Path(__file__).resolve().parent / "promise_examples"
PIPE = "voc_promises"
KEPT = "kept"  # a promise that was kept: neither quoted for its own sake nor broken
# sentences about these may hold promises that nobody marked
ABOUT_PROMISES = {"topic": ("sales_promise", "exaggerated_claims"), "need": ("kept_promises",)}
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
    """Units of public texts: what the head is told of each, its role, and where it stands."""

    texts: list[str]
    evidence: Numbers  # (units, EVIDENCE)
    roles: NDArray[np.int64]  # places in LABELS
    groups: NDArray[np.int64]  # units of one text share a number
    splits: NDArray[np.str_]  # of the text (`choose_split`)


def read_marked(language: str, directory: Path = EXAMPLES) -> tuple[list[str], list[int]]:
    """Return the sentences written for the head and the places of their labels in `LABELS`.

    Raises `ValueError` with the line for a broken line and an unknown label.
    """
    marked = read_marked_sentences(directory / f"{language}.tsv", (*LABELS, KEPT))
    places = {**{label: place for place, label in enumerate(LABELS)}, KEPT: LABELS.index(NONE)}
    return [text for _, text in marked], [places[label] for label, _ in marked]


def read_others(language: str) -> list[str]:
    """Return the sentences about other things than promises."""
    return [
        row["text"]
        for _, row in read_sentences(language, tuple(ABOUT_PROMISES))
        if all(row[column] not in values for column, values in ABOUT_PROMISES.items())
    ]


def read_evidence(texts: Sequence[str], language: str) -> Numbers:
    """What the words say (texts, EVIDENCE): of the first unit with a role by them, or the first."""
    mark = PromiseMarker(language, reach=0)
    rows = np.zeros((len(texts), len(EVIDENCE)))
    for row, doc in enumerate(mark.pipe(build_pipes(language, PIPE).pipe(texts))):
        units = doc.user_data[OPINION_UNITS]
        if units:
            chosen = max(units, key=lambda unit: unit.promise_role != NONE)
            rows[row] = gather_evidence([chosen], [chosen.promise_role])[0]
    return rows


def read_judgements(language: str, directory: Path = EXAMPLES) -> dict[str, dict[str, str]]:
    """Return the roles of judged units, by the hashes of text and unit."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    with (directory / "judged.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["language"] == language:
                found[row["text_hash"]][row["unit_hash"]] = row["role"]
    return dict(found)


def read_judged(language: str, data: Path) -> JudgedUnits:
    """The judged units as they stand in their texts.

    One that the pipes no longer cut so is left out. Raises `FileNotFoundError` when the folder
    holds none of the public sets.
    """
    judgements = read_judgements(language)
    texts: dict[str, str] = {}
    for name in PUBLIC_FILES[language]:
        path = data / f"{name}.csv.gz"
        for text in iter_texts(path, language) if path.exists() else ():
            key = hash_unit(text)
            if key in judgements:
                texts[key] = text
    if not texts:
        raise FileNotFoundError(f"{data} holds none of {', '.join(PUBLIC_FILES[language])}")
    reach = load_config(CONFIGS_DIR / f"{language}.cfg")["components"][PIPE]["reach"]
    mark = PromiseMarker(language, reach)
    words: list[str] = []
    evidence, roles, groups, splits = [], [], [], []
    docs = mark.pipe(build_pipes(language, PIPE).pipe(texts.values()))
    for group, (key, doc) in enumerate(zip(texts, docs, strict=True)):
        of_text = dict(judgements[key])
        units = list_customer_units([doc])
        rows = gather_evidence(units, [unit.promise_role for unit in units])
        for unit, row in zip(units, rows, strict=True):
            role = of_text.pop(hash_unit(unit.text), None)
            if role is not None:
                words.append(unit.text)
                evidence.append(row)
                roles.append(LABELS.index(role))
                groups.append(group)
                splits.append(choose_split(doc.text))
    return JudgedUnits(
        words, np.array(evidence), np.array(roles), np.array(groups), np.array(splits)
    )
