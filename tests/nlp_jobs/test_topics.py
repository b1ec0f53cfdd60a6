"""`voc_topics`: a head that hears the cues, and what it must leave to them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import spacy
from spacy.tokens import Doc

from nlp_jobs.components.opinion_unit import OPINION_UNITS, OpinionUnit
from nlp_jobs.components.routing import Router
from nlp_jobs.components.topics import TopicReader, read_label, write_label
from nlp_jobs.features import HashedFeatures
from nlp_jobs.label_heads import LabelHeads
from nlp_jobs.lexicons.cues import Hit
from nlp_jobs.pack_check import find_problems
from nlp_jobs.pipelines import build_pipeline
from nlp_jobs.taxonomy import TaxonomyError, load_departments, load_labels, load_pack
from nlp_jobs.text_features import TextFeatures

PACK = load_pack("retail")
ROUTER = Router(PACK, "zh")
LABELS = (
    "refund@return_refund",
    "return_policy@return_refund",
    "delivery_speed@delivery",
    "none@delivery",
    "none@none",
)


def make_head(*scores: float, labels: tuple[str, ...] = LABELS) -> LabelHeads:
    """A head that gives every text the same scores."""
    noughts = np.zeros(len(labels))
    return LabelHeads(
        kind="single",
        labels=labels,
        features=TextFeatures(HashedFeatures((1,), 4, keep_spaces=False)),
        columns=np.zeros(0, dtype=np.int64),
        weights=np.zeros((0, len(labels)), dtype=np.float32),
        intercepts=np.array(scores, dtype=float),
        calibration=np.array([noughts + 1, noughts]),
        thresholds=noughts,
        facts={"join": [1.0, 2.0, 1.0, 0.0, 0.0], "least_topic": 0.3, "least_touchpoint": 0.4},
    )


def read(unit: OpinionUnit, head: LabelHeads | None) -> OpinionUnit:
    doc: Doc = spacy.blank("zh").make_doc("货")
    doc.user_data[OPINION_UNITS] = [unit]
    TopicReader(PACK, "zh", head)(doc)
    return unit


def make_unit(*hits: tuple[str, str], speaker: str = "customer") -> OpinionUnit:
    """A unit in which a cue of each (layer, slug) stands, weighed as `voc_routing` does."""
    unit = OpinionUnit(speaker, 0, 6, "箱子还没影儿")
    for layer, slug in hits:
        unit.hits.setdefault(layer, []).append(Hit(0, 2, slug, 1.0))
    unit.cue_weights = ROUTER.weigh(unit.hits)
    return unit


@pytest.mark.parametrize(
    ("language", "text", "topic"),
    [
        ("zh", "周一下的单周五还没发", "delivery_speed"),
        ("zh", "电话打了十几遍都是忙音", "reach_service"),
        ("en", "been on hold for forty minutes and nobody picks up", "reach_service"),
        ("en", "nobody has paid me back for the returned chair", "refund"),
    ],
)
def test_what_no_cue_names_is_read(language: str, text: str, topic: str) -> None:
    units = build_pipeline(language)(text).user_data[OPINION_UNITS]

    assert topic in [unit.topic_slug for unit in units]


def test_topic_touchpoint_and_owner_come_from_the_likeliest_class() -> None:
    found = read(make_unit(), make_head(0, 0, 3, 1, 0))

    assert (found.topic_slug, found.touchpoint_slug) == ("delivery_speed", "delivery")
    assert found.department_slug == "logistics"
    assert found.topic_confidence is not None
    assert found.touchpoint_confidence is not None
    # the touchpoint's chance is the sum of those of its classes
    assert found.touchpoint_confidence > found.topic_confidence > 0.7


def test_a_touchpoint_may_be_sure_where_no_topic_is() -> None:
    found = read(make_unit(), make_head(2, 2, 0.5, 0, 1.9))

    assert (found.topic_slug, found.touchpoint_slug) == ("refund", "return_refund")

    found = read(make_unit(), make_head(1, 1, 0, 0, 1.2))

    assert (found.topic_slug, found.touchpoint_slug) == (None, "return_refund")


def test_cues_outweigh_a_doubtful_head() -> None:
    found = read(make_unit(("topic", "refund")), make_head(0, 0, 1, 0, 0.5))

    assert (found.topic_slug, found.touchpoint_slug) == ("refund", "return_refund")


def test_nothing_is_said_where_nothing_is_likely() -> None:
    found = read(make_unit(), make_head(0, 0, 0, 0, 3))

    assert (found.topic_slug, found.touchpoint_slug, found.department_slug) == (None, None, None)


def test_a_department_that_the_customer_named_stays() -> None:
    unit = make_unit(("department", "marketing"))
    unit.department_slug, unit.department_confidence = "marketing", 0.6

    found = read(unit, make_head(0, 0, 3, 1, 0))

    assert (found.touchpoint_slug, found.department_slug) == ("delivery", "marketing")


def test_a_topic_that_the_head_never_learnt_is_left_to_its_cues() -> None:
    unit = make_unit(("topic", "fault"))
    unit.topic_slug, unit.topic_confidence = "fault", 0.6
    unit.touchpoint_slug = "product_quality"

    found = read(unit, make_head(0, 0, 9, 0, 0))

    assert (found.topic_slug, found.touchpoint_slug) == ("fault", "product_quality")


def test_what_the_pack_no_longer_has_is_never_chosen() -> None:
    labels = ("gone@delivery", "refund@delivery", *LABELS)

    found = read(make_unit(), make_head(9, 9, 2, 0, 0, 0, 0, labels=labels))

    assert found.topic_slug == "refund"
    assert found.touchpoint_slug == "return_refund"


BESIDE = [1.0, 0.0, 2.0, 2.0, 0.0]  # of the logarithm, no topic, before, after, the others


def read_text(head: LabelHeads, *units: OpinionUnit) -> list[str | None]:
    """The touchpoints of the units of one text."""
    doc: Doc = spacy.blank("zh").make_doc("货")
    doc.user_data[OPINION_UNITS] = list(units)
    alone: Doc = spacy.blank("zh").make_doc("货")
    alone.user_data[OPINION_UNITS] = [make_unit()]
    list(TopicReader(PACK, "zh", head).pipe([alone, doc, alone]))
    assert alone.user_data[OPINION_UNITS][0].touchpoint_slug is None  # nothing stands beside it
    return [unit.touchpoint_slug for unit in units]


def test_a_unit_goes_on_about_what_stands_beside_it() -> None:
    silent = make_head(0, 0, 0.4, 0.4, 1.6)
    head = replace(silent, facts=silent.facts | {"beside": BESIDE})
    named = ("touchpoint", "delivery"), ("topic", "delivery_speed")

    assert read_text(silent, make_unit(*named), make_unit()) == ["delivery", None]
    assert read_text(head, make_unit(*named), make_unit()) == ["delivery", "delivery"]
    assert read_text(head, make_unit(), make_unit(*named)) == ["delivery", "delivery"]


def test_the_touchpoints_of_a_whole_text_count() -> None:
    silent = make_head(0, 0, 0.4, 0.4, 1.6)
    head = replace(silent, facts=silent.facts | {"beside": [1.0, 0.0, 0.0, 0.0, 6.0]})
    named = ("touchpoint", "delivery"), ("topic", "delivery_speed")

    found = read_text(head, make_unit(*named), make_unit(*named), make_unit(), make_unit())

    assert found == ["delivery"] * 4


def test_what_the_pack_lost_is_not_named_for_what_stands_beside_it() -> None:
    labels = ("lost_topic@delivery", "none@delivery", "none@none")
    silent = make_head(5, 0, 1, labels=labels)
    head = replace(silent, facts=silent.facts | {"beside": [1.0, 0.0, 9.0, 9.0, 9.0]})
    units = [make_unit(("touchpoint", "delivery")), make_unit(("touchpoint", "delivery"))]

    assert read_text(head, *units) == ["delivery", "delivery"]
    assert [unit.topic_slug for unit in units] == [None, None]


def test_agents_and_promises_are_not_read() -> None:
    promise = make_unit()
    promise.promise_role, promise.touchpoint_slug = "promise", "pre_sales_advice"

    assert read(promise, make_head(0, 0, 9, 0, 0)).touchpoint_slug == "pre_sales_advice"
    assert read(make_unit(speaker="agent"), make_head(0, 0, 9, 0, 0)).topic_slug is None


def test_a_pack_without_a_head_keeps_its_cues() -> None:
    pack = load_pack("hospitality")
    docs = [spacy.blank("zh").make_doc("房间")]

    reader = TopicReader(pack, "zh")

    assert reader.head is None
    assert list(reader.pipe(docs)) == docs


def test_labels_are_read_as_they_are_written() -> None:
    for pair in (
        ("refund", "return_refund"),
        ("brand_trust", None),
        (None, "delivery"),
        (None, None),
    ):
        assert read_label(write_label(*pair)) == pair


def test_a_head_that_is_not_there_is_named() -> None:
    pack = PACK.model_copy(update={"topic_heads": {"zh": "topics_bakery_zh"}})

    with pytest.raises(TaxonomyError, match=r"topics_bakery_zh\.npz does not exist"):
        TopicReader(pack, "zh")
    problems = find_problems(pack, load_labels(), load_departments())
    assert [p.level for p in problems if p.place == "topic_heads zh"] == ["error"]


def test_the_head_of_the_pack_knows_its_topics() -> None:
    for language in ("zh", "en"):
        reader = TopicReader(PACK, language)
        assert reader.lost == []
        known = set(reader.chances.topic_columns)
        assert known == {topic.slug for *_, topic in PACK.iter_topics()}


def test_weights_are_small_enough_for_the_repository() -> None:
    folder = Path(__file__).resolve().parents[2] / "nlp_jobs/models"

    assert sum(path.stat().st_size for path in folder.iterdir() if path.is_file()) < 15_000_000
