"""What units are about, to train the topic heads of the retail pack.

Units by themselves stand in `unit_examples` (see `unit_texts`), units that were judged in their
texts in `topic_examples/judged.csv` (see `judged_texts`): there 「一直没人理」 is about what the
unit before it names.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from nlp_jobs.components.opinion_unit import OpinionUnit, list_customer_units
from nlp_jobs.components.topics import NOWHERE
from nlp_jobs.taxonomy import Pack
from nlp_jobs.training import judged_texts
from nlp_jobs.training.labelled_texts import choose_split, prepare_text
from nlp_jobs.training.unit_texts import (
    EXAMPLES,
    build_pipes,
    find_units,
    hash_unit,
    read_judgements,
    read_sentences,
)

JUDGED_INSIDE = Path(__file__).resolve().parent / "topic_examples" / "judged.csv"

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


class UnitInside(NamedTuple):
    """A unit as it stands in its text, and what it was judged to be about; null where not judged.

    `department` is who did it, the touchpoint's owner unless the text says otherwise.
    """

    unit: OpinionUnit
    label: TopicText | None
    department: str | None


class TextInside(NamedTuple):
    """The customers' units of a public text, in order, with the split of the text."""

    units: list[UnitInside]
    split: str


def read_topic_texts(name: str, pack: Pack, directory: Path = EXAMPLES) -> list[TopicText]:
    """Return the sentences of a file, such as `zh` or `zh_apart`, in file order.

    Raises `ValueError` with the line for a broken line, a slug that the pack lacks, and a topic
    beside a touchpoint that is not its own.
    """
    texts = []
    for number, row in read_sentences(name, ("topic", "touchpoint"), directory):
        try:
            topic, touchpoint = _check(pack, row["topic"], row["touchpoint"])
        except ValueError as error:
            raise ValueError(f"{directory / name}.tsv, line {number}: {error}") from error
        texts.append(TopicText(topic, touchpoint, row["text"]))
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
    labels = {
        key: _check(pack, row["topic"], row["touchpoint"])
        for key, row in read_judgements(language, "topic").items()
    }
    found = {
        key: JudgedText(TopicText(*labels[key], unit.unit.text), unit.split)
        for key, unit in find_units(language, PUBLIC_FILES[language], data, labels)
    }
    return [found[key] for key in sorted(found)]


def read_texts_inside(
    language: str, pack: Pack, data: Path, path: Path = JUDGED_INSIDE
) -> list[TextInside]:
    """Return the public texts whose units were judged in them, none for a language without.

    The units have heard their cues, and nothing else. Raises `ValueError` for a slug that the pack
    lacks, `FileNotFoundError` when the folder holds none of the texts.
    """
    columns = {
        name: judged_texts.read_judgements(path, language, name)
        for name in ("topic", "touchpoint", "department")
    }
    topics = columns["topic"]
    if not topics:
        return []
    found = judged_texts.find_texts(topics, language, data)
    texts = []
    docs = build_pipes(language, "voc_letters").pipe(found.values())
    for key, doc in zip(found, docs, strict=True):
        left = dict(topics[key])
        units = []
        for unit in list_customer_units([doc]):
            name = hash_unit(unit.text)
            topic = left.pop(name, None)  # of units with the same words the first is the judged one
            if topic is None:
                units.append(UnitInside(unit, None, None))
                continue
            label = _check(pack, topic, columns["touchpoint"][key][name])
            department = columns["department"][key][name]
            units.append(
                UnitInside(
                    unit,
                    TopicText(*label, unit.text),
                    None if department == NOWHERE else department,
                )
            )
        texts.append(TextInside(units, choose_split(doc.text)))
    return texts


def _check(pack: Pack, *slugs: str) -> tuple[str | None, str | None]:
    places = {topic.slug: topic.touchpoint for *_, topic in pack.iter_topics()}
    touchpoints = {touchpoint.slug for _, touchpoint in pack.iter_touchpoints()}
    topic, touchpoint = (None if slug == NOWHERE else slug for slug in slugs)
    if topic is not None and (topic not in places or places[topic] != touchpoint):
        raise ValueError(f"{topic} at {touchpoint} is not in the pack")
    if touchpoint is not None and touchpoint not in touchpoints:
        raise ValueError(f"no touchpoint {touchpoint}")
    return topic, touchpoint
