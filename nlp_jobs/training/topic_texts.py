"""Texts about the topics of the retail pack, to train its topic heads (`topic_examples/`).

Three kinds: the sentences that heads learn from (`<language>.tsv`); sentences by other writers, on
which heads are joined with the cues and measured (`<language>_apart.tsv`); and units of public
texts that were read and judged (`judged.csv`: hashes and labels, no text).
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from spacy.language import Language
from spacy.util import load_config, load_model_from_config

from nlp_jobs.components.opinion_unit import OPINION_UNITS
from nlp_jobs.components.topics import NOWHERE
from nlp_jobs.pipelines import CONFIGS_DIR
from nlp_jobs.taxonomy import Pack
from nlp_jobs.training.labelled_texts import choose_split, prepare_text, read_csv

EXAMPLES = Path(__file__).resolve().parent / "topic_examples"
JUDGED = EXAMPLES / "judged.csv"
PUBLIC_FILES = {
    "zh": (
        "zh_sentiment_online_shopping_10cats",
        "zh_jd_phone_reviews",
        "zh_jddc_customer_service_dialogues",
        "zh_appstore_reviews",
    ),
    "en": (
        "en_aspect_acos_laptop_restaurant",
        "en_cfpb_complaints",
        "en_airline_tweets",
    ),
}


class TopicText(NamedTuple):
    """A sentence as the pipes meet it, and what it is about; null where it is about neither."""

    topic: str | None
    touchpoint: str | None
    text: str


class JudgedText(NamedTuple):
    """A unit of a public text with the split that its text belongs to (`choose_split`)."""

    label: TopicText
    split: str


def read_topic_texts(name: str, pack: Pack, directory: Path = EXAMPLES) -> list[TopicText]:
    """Return the sentences of a file, such as `zh` or `zh_apart`, in file order.

    Raises `ValueError` with the line for a broken line, a slug that the pack lacks, and a topic
    beside a touchpoint that is not its own.
    """
    language = name.partition("_")[0]
    path = directory / f"{name}.tsv"
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    columns = header.split("\t")
    if not {"topic", "touchpoint", "text"} <= set(columns):
        raise ValueError(f"{path}: the first line names no topic, touchpoint and text")
    texts = []
    for number, line in enumerate(lines, start=2):
        values = line.split("\t")
        if len(values) != len(columns) or not all(values):
            raise ValueError(f"{path}, line {number}: not {len(columns)} values")
        row = dict(zip(columns, values, strict=True))
        try:
            topic, touchpoint = _check(pack, row["topic"], row["touchpoint"])
        except ValueError as error:
            raise ValueError(f"{path}, line {number}: {error}") from error
        texts.append(TopicText(topic, touchpoint, prepare_text(row["text"], language)))
    return texts


def read_pack_examples(language: str, pack: Pack) -> list[TopicText]:
    """Return the examples of the pack, which must come out with their topic."""
    return [
        TopicText(topic.slug, topic.touchpoint, prepare_text(text, language))
        for *_, topic in pack.iter_topics()
        for text in topic.examples.get(language, ())
    ]


def read_judged_texts(language: str, pack: Pack, data: Path) -> list[JudgedText]:
    """Return the judged units that are found in the public texts of a folder.

    Units are known by their hash. One that the pipes no longer cut out is left out.
    """
    with JUDGED.open(encoding="utf-8", newline="") as file:
        labels = {
            row["unit_hash"]: _check(pack, row["topic"], row["touchpoint"])
            for row in csv.DictReader(file)
            if row["language"] == language
        }
    found: dict[str, JudgedText] = {}
    for split, text in _iter_units(language, data):
        key = hash_unit(text)
        if key in labels and key not in found:
            found[key] = JudgedText(TopicText(*labels[key], text), split)
    return [found[key] for key in sorted(found)]


def hash_unit(text: str) -> str:
    """Return the name by which `judged.csv` knows a unit; blanks do not count."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:16]


def _check(pack: Pack, *slugs: str) -> tuple[str | None, str | None]:
    places = {topic.slug: topic.touchpoint for *_, topic in pack.iter_topics()}
    touchpoints = {touchpoint.slug for _, touchpoint in pack.iter_touchpoints()}
    topic, touchpoint = (None if slug == NOWHERE else slug for slug in slugs)
    if topic is not None and (topic not in places or places[topic] != touchpoint):
        raise ValueError(f"{topic} at {touchpoint} is not in the pack")
    if touchpoint is not None and touchpoint not in touchpoints:
        raise ValueError(f"no touchpoint {touchpoint}")
    return topic, touchpoint


def _iter_units(language: str, data: Path) -> Iterator[tuple[str, str]]:
    """Yield (split of the text, unit of a customer) of the public texts."""
    cutter = _build_cutter(language)
    for name in PUBLIC_FILES[language]:
        path = data / f"{name}.csv.gz"
        for doc in cutter.pipe(_iter_texts(path, language) if path.exists() else ()):
            split = choose_split(doc.text)
            for unit in doc.user_data[OPINION_UNITS]:
                if unit.speaker == "customer":
                    yield split, unit.text


def _iter_texts(path: Path, language: str) -> Iterable[str]:
    seen: set[str] = set()
    for row in read_csv(path):
        text = prepare_text(row.get("text") or row.get("narrative") or "", language)
        if text and text not in seen:
            seen.add(text)
            yield text


def _build_cutter(language: str) -> Language:
    """The pipes that cut texts into units."""
    config = load_config(CONFIGS_DIR / f"{language}.cfg", interpolate=True)
    names = config["nlp"]["pipeline"][:2]
    config["nlp"]["pipeline"] = names
    config["components"] = {name: config["components"][name] for name in names}
    return load_model_from_config(config, auto_fill=True)
