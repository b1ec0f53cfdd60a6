"""`voc_aspects`: heads fill in what cues leave open, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import spacy
from numpy.typing import NDArray
from spacy.tokens import Doc

from nlp_jobs.components.aspects import AspectTopics
from nlp_jobs.components.opinion_unit import OPINION_UNITS, OpinionUnit
from nlp_jobs.lexicons.cues import Hit
from nlp_jobs.pack_check import find_problems
from nlp_jobs.taxonomy import Pack, TaxonomyError, load_departments, load_labels, load_pack


class FixedModel:
    """Gives each unit the chances that the test wants, in the labels' order."""

    labels = ("动力", "油耗")
    unit_thresholds = np.array([0.5, 0.5])

    def __init__(self, *chances: Sequence[float]) -> None:
        self.chances = np.array(chances)

    def unit_presence(self, texts: Sequence[str]) -> NDArray[np.float64]:
        assert len(texts) == len(self.chances)
        return self.chances


def build(monkeypatch: pytest.MonkeyPatch, *chances: Sequence[float]) -> AspectTopics:
    monkeypatch.setattr(
        "nlp_jobs.components.aspects.load_aspect_model", lambda name: FixedModel(*chances)
    )
    return AspectTopics(load_pack("automotive"), "zh", weak_confidence=0.5)


def doc_of(*units: OpinionUnit) -> Doc:
    doc = spacy.blank("zh").make_doc("车")
    doc.user_data[OPINION_UNITS] = list(units)
    return doc


def unit(speaker: str = "customer") -> OpinionUnit:
    return OpinionUnit(speaker, 0, 4, "超车轻松")


def test_a_unit_without_topic_takes_the_likeliest(monkeypatch: pytest.MonkeyPatch) -> None:
    found = unit()
    build(monkeypatch, [0.7, 0.65])(doc_of(found))

    topic = next(t for *_, t in load_pack("automotive").iter_topics() if t.slug == "power")
    assert (found.topic_slug, found.topic_confidence) == ("power", 0.7)
    assert found.touchpoint_slug == topic.touchpoint
    assert found.department_slug is not None


def test_unsure_heads_and_other_speakers_say_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    unsure, agent = unit(), unit("agent")
    build(monkeypatch, [0.55, 0.1])(doc_of(unsure, agent))

    assert unsure.topic_slug is None
    assert agent.topic_slug is None


def test_a_sure_head_chooses_among_the_topics_of_cues(monkeypatch: pytest.MonkeyPatch) -> None:
    settled, torn, elsewhere = unit(), unit(), unit()
    for found, confidence in ((settled, 0.8), (torn, 0.4), (elsewhere, 0.4)):
        found.topic_slug, found.topic_confidence = "handling", confidence
    torn.hits = {"topic": [Hit(0, 2, "power", 2.0), Hit(2, 4, "handling", 2.0)]}
    elsewhere.hits = {"topic": [Hit(2, 4, "handling", 2.0)]}
    build(monkeypatch, [0.9, 0.0], [0.9, 0.0])(doc_of(settled, torn, elsewhere))

    assert settled.topic_slug == elsewhere.topic_slug == "handling"
    assert (torn.topic_slug, torn.topic_confidence) == ("power", 0.9)


def test_a_topic_of_another_touchpoint_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    found = unit()
    found.touchpoint_slug = "maintenance"
    build(monkeypatch, [0.9, 0.0])(doc_of(found))

    assert found.topic_slug is None
    assert found.touchpoint_slug == "maintenance"


def test_a_pack_without_heads_passes_docs_on() -> None:
    pipe = AspectTopics(load_pack("automotive"), "en", weak_confidence=0.5)
    docs = [doc_of(unit())]

    assert pipe.pipe(docs) is docs


def change_heads(**changes: object) -> Pack:
    pack = load_pack("automotive")
    return pack.model_copy(update={"heads": {"zh": pack.heads["zh"].model_copy(update=changes)}})


def test_an_unknown_reader_is_an_error() -> None:
    pack = change_heads(reader="boats_zh")
    with pytest.raises(TaxonomyError, match="pack automotive, heads zh: no aspect reader"):
        AspectTopics(pack, "zh", weak_confidence=0.5)
    assert messages(pack) == ["there is no aspect reader 'boats_zh'"]


def test_the_check_finds_unknown_labels_and_topics() -> None:
    pack = change_heads(topics={"动力": "sails", "船帆": "power"})
    assert messages(pack) == [
        "topic 'sails' is not defined",
        "automotive_zh knows no aspect '船帆'",
    ]


def messages(pack: Pack) -> list[str]:
    problems = find_problems(pack, load_labels(), load_departments())
    return [problem.message for problem in problems if problem.place == "heads zh"]
