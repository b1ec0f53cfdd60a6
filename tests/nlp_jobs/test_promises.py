"""`voc_promises`: a head that hears the words, and what it learns from."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from pathlib import Path

import pytest
import spacy
from spacy.tokens import Doc

from nlp_jobs.components.opinion_unit import OPINION_UNITS, OpinionUnit
from nlp_jobs.components.promises import EVIDENCE, LABELS, PromiseMarker, gather_evidence
from nlp_jobs.evaluation.training_record import bare_text
from nlp_jobs.label_heads import LabelHeads
from nlp_jobs.lexicons.cues import Hit
from nlp_jobs.training.promise_texts import read_judged, read_marked, read_others
from nlp_jobs.training.unit_texts import hash_unit
from tests.nlp_jobs.conftest import make_fixed_head


def make_head(scores: dict[str, float], extras: tuple[str, ...] = EVIDENCE) -> LabelHeads:
    """A head that gives every unit the same scores; thresholds of .6."""
    return make_fixed_head(LABELS, extras, scores, 0.6)


SURE = make_head({"promise": 3.0})
UNSURE = make_head({"promise": 0.5})
SURE_OF_NONE = make_head({"none": 4.0})


def make_unit(*layers: str, speaker: str = "customer") -> OpinionUnit:
    unit = OpinionUnit(speaker, 0, 8, "导购讲三天装好")
    for layer in layers:
        unit.hits.setdefault(layer, []).append(Hit(0, 2, layer, 3.0))
    return unit


def mark(head: LabelHeads | None, *units: OpinionUnit) -> list[str]:
    doc: Doc = spacy.blank("zh").make_doc("货")
    doc.user_data[OPINION_UNITS] = list(units)
    PromiseMarker("zh", 3, head)(doc)
    return [unit.promise_role for unit in units]


def test_the_head_reads_what_no_word_tells():
    assert mark(SURE, make_unit()) == ["promise"]
    assert mark(None, make_unit()) == ["none"]


def test_an_unsure_head_says_nothing():
    assert mark(UNSURE, make_unit()) == ["none"]


def test_what_words_tell_needs_less_of_a_chance():
    assert mark(UNSURE, make_unit("breach")) == ["breach"]
    assert mark(UNSURE, make_unit("promise")) == ["promise"]


def test_a_sure_head_overrules_words():
    assert mark(SURE_OF_NONE, make_unit("breach")) == ["none"]
    assert mark(SURE, make_unit("breach")) == ["promise"]


def test_agents_are_not_asked_about():
    assert mark(SURE, make_unit(speaker="agent")) == ["none"]


def test_many_docs_are_marked_as_one_is():
    docs = [spacy.blank("zh").make_doc("货") for _ in range(2)]
    units = [make_unit(), make_unit("breach")]
    for doc, unit in zip(docs, units, strict=True):
        doc.user_data[OPINION_UNITS] = [unit]

    list(PromiseMarker("zh", 3, UNSURE).pipe(docs))

    assert [unit.promise_role for unit in units] == ["none", "breach"]


def test_a_head_for_other_evidence_is_refused():
    with pytest.raises(ValueError, match="a head for"):
        PromiseMarker("zh", 3, make_head({}, extras=EVIDENCE[1:]))


def test_evidence_counts_words_and_tells_what_the_rules_said():
    [row] = gather_evidence([make_unit("promise", "promise", "negator")], ["breach"])

    told = dict(zip(EVIDENCE, row, strict=True))
    assert told["promise cues"] == 2
    assert told["negated"] == told["rules say breach"] == 1
    assert told["kept cues"] == told["wished for"] == told["rules say promise"] == 0


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("店员当时讲三天之内准能装上", "promise"),
        ("海报上写着旧机抵五百", "promise"),
        ("讲好的免费换新，现在又要收钱", "breach"),
        ("颜色和图片上一样", "none"),
        ("下次还来这家买", "none"),
        ("The salesman told me delivery would be free", "promise"),
        ("The kettle is easy to clean", "none"),
    ],
)
def test_the_shipped_heads_know_promises_told_in_many_ways(annotator, text: str, role: str):
    _, units = annotator.annotate("key", text, None, "hash", "reviews", None)

    assert role in {unit["promise_role"] for unit in units}


def test_a_promise_without_a_word_for_it_is_routed_to_who_is_named_first(annotator):
    text = "店员当时讲三天之内准能装上"
    _, [unit] = annotator.annotate("key", text, None, "hash", "reviews", None)

    assert unit["touchpoint_slug"] is not None


@pytest.mark.parametrize(("language", "least"), [("zh", 800), ("en", 400)])
def test_sentences_stand_once_and_speak_of_both(language: str, least: int):
    texts, labels = read_marked(language)

    counts = Counter(LABELS[label] for label in labels)
    assert min(counts["promise"], counts["breach"]) >= least
    assert max(Counter(map(bare_text, texts)).values()) == 1


@pytest.mark.parametrize("line", ["promised\t三天装好", "promise\t", "三天装好"])
def test_broken_lines_are_named(tmp_path: Path, line: str):
    (tmp_path / "zh.tsv").write_text(f"none\t好用\n{line}\n", encoding="utf-8")

    with pytest.raises(ValueError, match="line 2"):
        read_marked("zh", tmp_path)


def test_sentences_about_promises_are_no_examples_of_neither():
    assert len(read_others("en")) > 10_000


def test_judged_units_are_found_in_their_texts(tmp_path: Path):
    texts = ["客服说三天到货，结果十天才到", "结果十天才到"]
    rows = [(texts[0], "客服说三天到货", "promise"), (texts[0], "结果十天才到", "breach")]
    with gzip.open(tmp_path / "zh_sentiment_waimai.csv.gz", "wt", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerows([("label", "text"), *((0, text) for text in texts)])
    judged = "language,text_hash,unit_hash,label\n" + "".join(
        f"zh,{hash_unit(text)},{hash_unit(unit)},{role}\n" for text, unit, role in rows
    )
    (tmp_path / "judged.csv").write_text(judged, encoding="utf-8")

    found = read_judged("zh", tmp_path, tmp_path)

    assert found.texts == [unit for _, unit, _ in rows]
    assert [LABELS[place] for place in found.places] == ["promise", "breach"]
    assert found.groups.tolist() == [0, 0]
    told = dict(zip(EVIDENCE, found.evidence[1], strict=True))
    assert told["rules say breach"] == 1  # a mere 「结果」 behind its promise


def test_a_folder_without_the_public_sets_is_named(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match="zh_car_complaints"):
        read_judged("zh", tmp_path)
