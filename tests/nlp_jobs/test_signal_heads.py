"""`voc_signal_heads`: what the head decides, what stays with the rules, and how it is trained."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import spacy
from spacy.tokens import Doc

from nlp_jobs.components.opinion_unit import OPINION_UNITS, OpinionUnit
from nlp_jobs.components.signal_heads import (
    GROUPS,
    SignalEvidence,
    SignalHeadReader,
    is_asked,
    list_evidence,
    list_labels,
)
from nlp_jobs.label_heads import LabelHeads
from nlp_jobs.lexicons.cues import Hit
from nlp_jobs.pipelines import build_pipeline
from nlp_jobs.taxonomy import load_labels, load_pack
from nlp_jobs.training import unit_texts
from nlp_jobs.training.train_signals import (
    SignalUnit,
    read_judged,
    read_values,
    read_written,
    score_units,
)
from nlp_jobs.training.unit_fitting import score_answers
from nlp_jobs.training.unit_texts import build_pipes, hash_unit
from tests.nlp_jobs.conftest import make_fixed_head

LABELS = tuple(name for group in GROUPS for name in list_labels(group, load_labels()))
EXTRAS = tuple(list_evidence(load_labels()))
PACK = load_pack("retail")
TEXT = "箱子破了，客服也不管"


def make_head(*sure: str, labels: tuple[str, ...] = LABELS) -> LabelHeads:
    """A head that answers the same to every unit: `sure`, else the first label of each group."""
    return make_fixed_head(labels, EXTRAS, dict.fromkeys(sure, 4.0))


ANSWERS = make_head("need:intact_goods", "cause:logistics", "emotion:disappointment")


def make_unit(speaker: str = "customer", **fields: object) -> OpinionUnit:
    """A complaint that `voc_signals` has read."""
    unit = OpinionUnit(speaker, 0, len(TEXT), TEXT)
    said = {
        "sentiment_label": "negative",
        "intent_slug": "complaint",
        "need_kind": "unmet",
        "need_slug": "respect",
        "cause_slug": "staff",
        "emotion_slug": "anger",
        "promise_role": "none",
    }
    for name, value in {**said, **fields}.items():
        setattr(unit, name, value)
    return unit


def read(unit: OpinionUnit, head: LabelHeads = ANSWERS) -> tuple[str | None, ...]:
    doc: Doc = spacy.blank("zh").make_doc("货")
    doc.user_data[OPINION_UNITS] = [unit]
    SignalHeadReader(PACK, head)(doc)
    return unit.need_slug, unit.cause_slug, unit.emotion_slug


def test_the_head_has_the_last_word():
    assert read(make_unit()) == ("intact_goods", "logistics", "disappointment")


def test_a_head_may_say_that_nothing_is_told():
    assert read(make_unit(), make_head()) == (None, None, None)


def test_what_shows_no_need_gets_none():
    unit = make_unit(need_kind=None, need_slug=None, cause_slug=None, sentiment_label="positive")

    assert read(unit) == (None, None, "disappointment")


def test_a_breach_shows_a_need_that_is_kept_promises_at_least():
    unit = make_unit(need_kind=None, promise_role="breach")

    assert read(unit, make_head())[0] == "kept_promises"


def test_danger_asks_for_safety_whatever_the_head_says():
    assert read(make_unit(severity_slug="safety", need_slug="safety"))[0] == "safety"


def test_values_that_the_head_never_saw_stay_with_the_rules():
    unit = make_unit(need_slug="low_waste", cause_slug="weather", emotion_slug="pride")

    assert read(unit) == ("low_waste", "weather", "pride")


@pytest.mark.parametrize(
    "unit", [make_unit("agent"), make_unit(sentiment_label=None, need_kind=None)]
)
def test_agents_and_bare_remarks_are_not_asked(unit: OpinionUnit):
    assert read(unit) == ("respect", "staff", "anger")


def test_a_word_for_an_emotion_is_asked_about_without_a_judgement():
    unit = make_unit(sentiment_label=None, need_kind=None)
    unit.hits["emotion_slug"] = [Hit(0, 2, "joy", 1.0)]

    assert is_asked(unit)


def test_many_docs_are_read_as_one_is():
    units = [make_unit(), make_unit("agent"), make_unit(promise_role="breach")]
    docs = [spacy.blank("zh").make_doc("货") for _ in units]
    for doc, unit in zip(docs, units, strict=True):
        doc.user_data[OPINION_UNITS] = [unit]

    list(SignalHeadReader(PACK, ANSWERS).pipe(docs))

    assert [unit.cause_slug for unit in units] == ["logistics", "staff", "logistics"]


@pytest.mark.parametrize("missing", GROUPS)
def test_a_head_without_one_of_the_labels_is_refused(missing: str):
    labels = tuple(name for name in LABELS if not name.startswith(missing))

    with pytest.raises(ValueError, match="a head for need, cause, emotion"):
        SignalHeadReader(PACK, make_head(labels=labels))


class TestEvidence:
    @staticmethod
    def tell(unit: OpinionUnit, names: tuple[str, ...] = EXTRAS) -> set[str]:
        [row] = SignalEvidence(PACK, names).gather([unit])
        assert set(row) <= {0.0, 1.0}
        return {name for name, value in zip(names, row, strict=True) if value}

    def test_it_tells_what_was_found_before(self):
        [topic, *_] = (topic for *_, topic in PACK.iter_topics() if topic.need and topic.cause)
        unit = make_unit(severity_slug="high", topic_slug=topic.slug, promise_role="breach")
        unit.text = "箱子破了！谁来管？"

        assert self.tell(unit) == {
            "sentiment negative",
            "intent complaint",
            "severity high",
            "emotion anger",
            "promise breach",
            "loud",
            "asks",
            f"need of topic {topic.need}",
            f"cause of topic {topic.cause}",
        }

    def test_cues_tell_by_their_topics_and_by_being_there(self):
        [cued, *_] = (topic for *_, topic in PACK.iter_topics() if topic.need and topic.cause)
        silent = make_unit(sentiment_label=None, intent_slug=None, emotion_slug=None)
        silent.hits = {
            "topic": [Hit(0, 2, cued.slug, 1.0)],
            "negator": [Hit(2, 3, "no", 1.0)],
            "emotion_slug": [Hit(3, 4, "joy", 1.0)],
        }

        assert self.tell(silent) == {
            "sentiment none",
            "intent none",
            "cue negator",
            "emotional cue joy",
            f"need of cue {cued.need}",
            f"cause of cue {cued.cause}",
        }

    def test_the_same_labels_tell_the_same_again(self):
        plain, cued = make_unit(), make_unit()
        cued.hits = {"negator": [Hit(0, 1, "no", 1.0)]}
        evidence = SignalEvidence(PACK, EXTRAS)

        first, second, third = evidence.gather([cued, plain, cued])

        assert np.array_equal(first, third)
        assert first.sum() == second.sum() + 1

    def test_what_a_head_was_not_trained_with_is_dropped(self):
        assert self.tell(make_unit(severity_slug="high"), ("loud", "severity high")) == {
            "severity high"
        }


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_shipped_heads_know_all_values(language: str):
    pipe = build_pipeline(language).get_pipe("voc_signal_heads")

    assert pipe.head.labels == LABELS
    assert pipe.head.extras == EXTRAS


@pytest.mark.parametrize(
    ("text", "column", "slug"),
    [
        ("箱子到的时候已经压扁了", "need_slug", "intact_goods"),
        ("等了快一个星期才送到", "cause_slug", "logistics"),
        ("用了两天就坏了", "cause_slug", "product_quality"),
        ("客服爱答不理的，气死我了", "emotion_slug", "anger"),
        ("The rep hung up on me", "cause_slug", "staff"),
        ("It broke after two days", "cause_slug", "product_quality"),
        ("Thank you so much, you saved my weekend", "emotion_slug", "gratitude"),
    ],
)
def test_needs_causes_and_emotions_told_plainly(read, text: str, column: str, slug: str):
    _, units = read(text)

    assert slug in {unit[column] for unit in units}


def test_the_pipes_to_train_with_need_no_head_that_is_to_be_trained():
    nlp = build_pipes("zh", "voc_signal_heads")

    assert nlp.pipe_names[-1] == "voc_effort"
    assert set(nlp.get_pipe("voc_letters").scorer.places) == {
        "promises",
        "sentiment",
        "alarms",
        "effort",
        "topics",
    }


class TestTraining:
    def test_none_means_that_nothing_is_told(self):
        row = {"need": "none", "cause": "staff", "emotion": "none", "text": "x"}

        assert read_values(row) == {"need": None, "cause": "staff", "emotion": None}

    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_written_sentences_are_read_as_units(self, language: str):
        written = read_written(language)

        assert len(written) > 8_000
        counts = Counter(unit.right["cause"] for unit in written)
        assert min(counts.values()) > 50
        assert all(unit.unit.speaker == "customer" for unit in written)

    def test_judged_units_are_found_and_held_out_by_their_text(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        texts = [f"第{number}次买了，箱子都是破的" for number in range(40)]
        with gzip.open(tmp_path / "zh_jd_phone_reviews.csv.gz", "wt", encoding="utf-8") as file:
            file.write("label,text\n" + "".join(f"0,{text}\n" for text in texts))
        cutter = build_pipes("zh", 2)
        keys = {hash_unit(doc.user_data[OPINION_UNITS][-1].text) for doc in cutter.pipe(texts)}
        judged = tmp_path / "judged.csv"
        with judged.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["language", "unit_hash", *GROUPS])
            rows.writerows(["zh", key, "intact_goods", "logistics", "none"] for key in keys)
            rows.writerow(["zh", "0" * 16, "", "", ""])
        monkeypatch.setattr(unit_texts, "JUDGED", judged)

        learnt, held_out = read_judged("zh", tmp_path)

        assert len(learnt) + len(held_out) == len(keys)
        assert learnt[0].right == {"need": "intact_goods", "cause": "logistics", "emotion": None}
        assert all(unit.unit.intent_slug is not None for unit in [*learnt, *held_out])

    def test_a_folder_without_the_public_sets_is_refused(self, tmp_path: Path):
        with pytest.raises(FileNotFoundError, match="holds none of zh_"):
            read_judged("zh", tmp_path)

    def test_figures_count_nothing_said_as_an_answer_but_not_as_a_find(self):
        figures = score_answers(
            [("staff", "staff"), ("staff", None), (None, None), (None, "system")]
        )

        assert figures["accuracy"][0] == 0.5
        assert figures["micro_f1"][0] == 0.5

    def test_units_are_scored_as_they_are_labelled(self):
        right = {"need": "respect", "cause": "system", "emotion": "anger"}

        figures = score_units([SignalUnit(make_unit(), right)])

        assert {group: figures[group]["accuracy"][0] for group in GROUPS} == {
            "need": 1.0,
            "cause": 0.0,
            "emotion": 1.0,
        }
