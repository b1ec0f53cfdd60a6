"""The sentences written about the topics of the retail pack (`topic_examples/<language>.tsv`)."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from nlp_jobs.taxonomy import Pack
from nlp_jobs.training.labelled_texts import prepare_text

EXAMPLES = Path(__file__).resolve().parent / "topic_examples"
NONE = "none"
HEADER = "topic\ttouchpoint\ttext"


class TopicText(NamedTuple):
    """A sentence as the pipes meet it, and what it is about; null where it is about neither."""

    topic: str | None
    touchpoint: str | None
    text: str


def read_topic_texts(language: str, pack: Pack, directory: Path = EXAMPLES) -> list[TopicText]:
    """Return the sentences of a language in file order.

    Raises `ValueError` with the line for a broken line, a slug that the pack lacks, and a topic
    beside a touchpoint that is not its own.
    """
    places = {topic.slug: topic.touchpoint for *_, topic in pack.iter_topics()}
    touchpoints = {touchpoint.slug for _, touchpoint in pack.iter_touchpoints()}
    path = directory / f"{language}.tsv"
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    if header != HEADER:
        raise ValueError(f"{path}: the first line is not {HEADER!r}")
    texts = []
    for number, line in enumerate(lines, start=2):
        values = line.split("\t")
        if len(values) != 3 or not all(values):
            raise ValueError(f"{path}, line {number}: not three values")
        topic, touchpoint = (None if value == NONE else value for value in values[:2])
        if topic is not None and (topic not in places or places[topic] != touchpoint):
            raise ValueError(f"{path}, line {number}: {topic} at {touchpoint} is not in the pack")
        if touchpoint is not None and touchpoint not in touchpoints:
            raise ValueError(f"{path}, line {number}: no touchpoint {touchpoint}")
        texts.append(TopicText(topic, touchpoint, prepare_text(values[2], language)))
    return texts
