"""The gold set is well formed, speaks the vocabularies of config/, and is as large as promised."""

import re
from collections import Counter
from pathlib import Path

import pytest

from nlp_jobs.evaluation.gold.agreement import (
    FILE,
    NOTHING,
    alarm_table,
    read_pairs,
    render_agreement,
)
from nlp_jobs.evaluation.gold.counts import FOLDER, LABELS, PARTS, read_records, render_counts
from nlp_jobs.evaluation.metrics import named_f1
from nlp_jobs.taxonomy import load_channels, load_departments, load_labels, load_pack
from nlp_jobs.text.checksums import is_resident_id, passes_luhn
from nlp_jobs.text.script import to_simplified

UNITS = read_records("units")
REDACTION = read_records("redaction")
DUPLICATES = read_records("duplicates")
OPINIONS = [unit for document in UNITS for unit in document["units"]]
ALARMS = {"safety": 25, "legal": 25, "media": 12}  # at least so many units of each


def vocabularies() -> dict[str, frozenset[str]]:
    labels, pack = load_labels(), load_pack("retail")
    return {
        "sentiment": labels.slugs("sentiment_label"),
        "touchpoint": frozenset(touchpoint.slug for _, touchpoint in pack.iter_touchpoints()),
        "department": frozenset(value.slug for value in load_departments().departments),
        "topic": frozenset(topic.slug for *_, topic in pack.iter_topics()),
        "intent": labels.slugs("intent_slug"),
        "need": labels.slugs("need_slug"),
        "need_kind": labels.slugs("need_kind"),
        "severity": labels.slugs("severity_slug"),
        "promise_role": labels.slugs("promise_role"),
        "effort": frozenset({"high", "low"}),
        "decision_effect": labels.slugs("decision_effect_slug"),
        "cause": labels.slugs("cause_slug"),
        "emotion": labels.slugs("emotion_slug"),
    }


@pytest.mark.parametrize("label", LABELS)
def test_labels_are_members_of_their_vocabulary(label: str):
    allowed = vocabularies()[label] | ({None} if label != "promise_role" else set())

    strangers = {unit[label] for unit in OPINIONS} - allowed

    assert strangers == set()


def test_units_have_all_labels_and_nothing_else():
    fields = {"text", *LABELS}
    for document in UNITS:
        assert set(document) == {
            *("id", "language", "channel", "focus", "part", "text", "units", "agent_units")
        }, document["id"]
        assert 1 <= len(document["units"]) <= 6, document["id"]
        for unit in (*document["units"], *document["agent_units"]):
            assert set(unit) == fields, document["id"]


def test_documents_name_a_known_channel_and_language():
    channels = {channel.slug for channel in load_channels().channels}

    assert {document["channel"] for document in UNITS} <= channels
    assert {document["language"] for document in UNITS} == {"zh", "en"}


@pytest.mark.parametrize("field", ["units", "agent_units"])
def test_units_are_stretches_of_the_text_in_order(field: str):
    for document in UNITS:
        place = 0
        for unit in document[field]:
            assert unit["text"] == unit["text"].strip() != "", document["id"]
            place = document["text"].index(unit["text"], place) + len(unit["text"])


def test_a_need_and_its_kind_come_together():
    assert [
        unit["text"] for unit in OPINIONS if (unit["need"] is None) != (unit["need_kind"] is None)
    ] == []


def test_look_alikes_hold_no_alarm_and_alarms_hold_one():
    for document in UNITS:
        grave = any(unit["severity"] in ALARMS for unit in document["units"])
        if document["focus"] in ("alarm", "alarm_lookalike"):
            assert grave == (document["focus"] == "alarm"), document["id"]


def test_the_units_are_many_and_varied():
    multiple = [document for document in UNITS if len(document["units"]) > 1]
    english = [document for document in UNITS if document["language"] == "en"]
    traditional = [
        document
        for document in UNITS
        if document["language"] == "zh" and to_simplified(document["text"]) != document["text"]
    ]
    severities = Counter(unit["severity"] for unit in OPINIONS)

    assert len(UNITS) >= 330
    assert len(OPINIONS) >= 620
    assert len(multiple) >= 0.2 * len(UNITS)
    assert 0.25 <= len(english) / len(UNITS) <= 0.35
    assert len(traditional) >= 0.08 * len(UNITS)
    assert all(severities[alarm] >= least for alarm, least in ALARMS.items()), severities
    assert sum(len(d["units"]) for d in UNITS if d["focus"] == "alarm_lookalike") >= 60


def test_spans_hold_the_text_that_they_name():
    for document in REDACTION:
        end = 0
        for span in document["spans"]:
            assert end <= span["start"] < span["end"], document["id"]
            assert document["text"][span["start"] : span["end"]] == span["text"], document["id"]
            end = span["end"]


def test_personal_data_is_of_every_type_and_beside_enough_texts_without():
    types = Counter(span["type"] for document in REDACTION for span in document["spans"])

    assert set(types) == {
        *("phone", "id_number", "bank_card", "email", "plate"),
        *("address", "order_number", "account", "name"),
    }
    assert min(types.values()) >= 12
    assert sum(1 for document in REDACTION if document["spans"]) >= 200
    assert sum(1 for document in REDACTION if not document["spans"]) >= 80


def test_numbers_with_check_digits_are_valid():
    for document in REDACTION:
        for span in document["spans"]:
            digits = re.sub(r"[\s-]", "", span["text"])
            if span["type"] == "bank_card":
                assert passes_luhn(digits), document["id"]
            if span["type"] == "id_number" and len(digits) == 18:
                assert is_resident_id(digits), document["id"]


def test_mail_addresses_belong_to_nobody():
    reserved = re.compile(r"@([a-z]+\.)?example\.(com|org|net)$")
    addresses = [span["text"] for d in REDACTION for span in d["spans"] if span["type"] == "email"]

    assert [address for address in addresses if not reserved.search(address)] == []


def test_clusters_are_of_two_to_six_texts_and_one_is_a_burst():
    sizes = Counter(text["cluster"] for text in DUPLICATES)
    alone = sizes.pop(None)
    burst = [text for text in DUPLICATES if text["cluster"] == "burst01"]
    minutes = [text["minutes"] for text in burst]

    assert alone >= 60
    assert sizes.pop("burst01") == len({text["author"] for text in burst}) == 15
    assert max(minutes) - min(minutes) <= 60
    assert len(sizes) >= 30
    assert all(2 <= size <= 6 for size in sizes.values()), sizes


def test_a_cluster_stands_in_one_part():
    parts: dict[str, set[str]] = {}
    for text in DUPLICATES:
        if text["cluster"] is not None:
            parts.setdefault(text["cluster"], set()).add(text["part"])

    assert [cluster for cluster, found in parts.items() if len(found) > 1] == []


@pytest.mark.parametrize("name", ["units", "redaction", "duplicates"])
def test_no_text_and_no_id_stands_twice(name: str):
    records = read_records(name)
    for field in ("id", "text"):
        counts = Counter(record[field] for record in records)
        assert [value for value, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("name", ["units", "redaction", "duplicates"])
def test_two_fifths_are_for_development(name: str):
    parts = Counter(record["part"] for record in read_records(name))

    assert set(parts) == set(PARTS)
    assert 0.35 <= parts["dev"] / parts.total() <= 0.45


def test_the_readme_shows_the_counts_of_the_files():
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    shown = readme.split("<!-- counts -->")[1].split("<!-- /counts -->")[0].strip()

    assert shown == render_counts(), "run `python -m nlp_jobs.evaluation.gold.counts`"


class TestSecondReading:
    def test_it_speaks_the_same_vocabularies(self):
        known = vocabularies()
        for label, pairs in read_pairs().items():
            assert {second for _, second in pairs} - {NOTHING} <= known[label], label

    def test_the_readme_shows_the_agreement(self):
        readme = (FOLDER / "README.md").read_text(encoding="utf-8")
        shown = readme.split("<!-- agreement -->")[1].split("<!-- /agreement -->")[0].strip()

        assert shown == render_agreement(), "run `python -m nlp_jobs.evaluation.gold.agreement`"

    def test_f1_counts_a_disagreement_against_both_sides(self):
        pairs = [("joy", "joy"), ("joy", "anger"), ("none", "anger"), ("none", "none")]
        figure = named_f1(pairs, NOTHING)

        assert figure is not None
        assert figure.value == 2 / (2 + 1 + 2)

    def test_alarms_are_scored_one_by_one(self):
        [*_, safety, legal, _media] = alarm_table(
            [("safety", "safety"), ("safety", "legal"), ("legal", "legal")]
        )

        assert safety.startswith("| safety | 2 | 0.500")
        assert "| 1.000" in safety
        assert legal.startswith("| legal | 1 | 1.000")

    def test_a_reading_of_other_units_is_refused(self, tmp_path: Path):
        for name in ("units.jsonl", FILE):
            lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
            (tmp_path / name).write_text("\n".join(lines[:-1]), encoding="utf-8")

        with pytest.raises(ValueError, match="holds other units than part test"):
            read_pairs(tmp_path)
