"""What is said: never empty, varied, labelled where it stands, and personal where planned."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable
from random import Random

import pytest

from simulator.dirt import make_dirty
from simulator.draft import Draft
from simulator.phrasebook import (
    POLARITIES,
    PhraseError,
    parse_phrase,
    phrase_tree,
    touchpoint_phrases,
    touchpoint_slugs,
)
from simulator.plan import Plan
from simulator.planted import HANDOFFS, THEMES, TOUCHPOINTS
from simulator.slots import Slots

Records = Callable[[str], list[dict]]
KNOWN_SLOTS = {name[1:] for name in vars(Slots) if name[0] == "_" and name[1] != "_"}


def text_of(source: str, record: dict, turn: int) -> str | None:
    """Return the text, or the text of one turn, of a record."""
    if source == "calls":
        return record["turns"][turn]["text"]
    return record[{"reviews": "text", "surveys": "comment", "crm_notes": "note_text"}[source]]


@pytest.fixture(scope="module")
def records_by_version(records: Records) -> dict[tuple[str, str, str], dict]:
    """Return (source, id, updated_at) -> record."""
    entities = {
        "reviews": ("reviews", "review_id"),
        "surveys": ("survey_responses", "response_id"),
        "calls": ("calls", "call_id"),
        "crm_notes": ("customer_notes", "note_id"),
    }
    return {
        (source, record.get(id_field), record["updated_at"]): record
        for source, (entity, id_field) in entities.items()
        for record in records(entity)
    }


def test_no_text_is_empty(records: Records, truth: Records):
    broken = {line["source_record_id"] for line in truth("broken_records")}
    texts = [one["text"] for one in records("reviews") if one.get("review_id") not in broken]
    texts += [one["note_text"] for one in records("customer_notes") if one["note_id"] not in broken]
    texts += [
        turn["text"]
        for call in records("calls")
        if call.get("call_id", "X")[0] != "X"
        for turn in call["turns"]
    ]
    comments = [one["comment"] for one in records("survey_responses")]
    texts += [comment for comment in comments if comment is not None]

    assert len(texts) > 2000
    assert all(text.strip() for text in texts)
    assert 0.5 < sum(comment is not None for comment in comments) / len(comments) < 0.85


def test_true_units_stand_where_the_truth_says(
    truth: Records, records_by_version: dict[tuple[str, str, str], dict]
):
    checked = 0
    for line in truth("texts"):
        source = line["source_slug"]
        record = records_by_version[source, line["source_record_id"], line["updated_at"]]
        for unit in line["units"]:
            text = text_of(source, record, unit["turn"])
            assert text is not None
            assert text[unit["start"] : unit["end"]] == unit["text"]
            checked += 1
    assert checked > 1500


def test_planted_personal_data_is_in_the_text(
    truth: Records, records_by_version: dict[tuple[str, str, str], dict]
):
    found: Counter[str] = Counter()
    for line in truth("texts"):
        source = line["source_slug"]
        record = records_by_version[source, line["source_record_id"], line["updated_at"]]
        if source == "calls":
            whole = "\n".join(turn["text"] for turn in record["turns"])
        else:
            whole = text_of(source, record, 0) or ""
        for data in line["personal_data"]:
            assert data["value"] in whole
            found[data["kind"]] += 1
    assert {"name", "phone", "email", "id_number", "bank_card", "address"} <= set(found)


def test_each_canary_speaks_in_every_source(
    plan: Plan, truth: Records, records_by_version: dict[tuple[str, str, str], dict]
):
    newest = {
        (source, record_id): one for (source, record_id, _), one in records_by_version.items()
    }
    canaries = truth("canaries")

    assert len(canaries) == plan.canary_total
    for canary in canaries:
        appearances = canary["appearances"]
        assert {one["source_slug"] for one in appearances} == {
            "reviews", "surveys", "calls", "crm_notes",
        }  # fmt: skip
        for one in appearances:
            whole = str(newest[one["source_slug"], one["source_record_id"]])
            for field in ("full_name", "phone", "email", "id_number"):
                assert canary[field] in whole, (one, field)


def test_identity_numbers_have_a_valid_check_digit(truth: Records):
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    for canary in truth("canaries"):
        number = canary["id_number"]
        total = sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False))
        assert re.fullmatch(r"\d{17}[\dX]", number)
        assert number[-1] == "10X98765432"[total % 11]


def test_calls_have_both_voices_and_a_sound_clock(records: Records):
    calls = [call for call in records("calls") if call.get("call_id", "X")[0] != "X"]

    assert any(call["transfers"] for call in calls)
    for call in calls:
        starts = [turn["start_seconds"] for turn in call["turns"]]
        assert 4 <= len(call["turns"]) <= 12
        assert {turn["speaker"] for turn in call["turns"]} == {"customer", "agent"}
        assert starts == sorted(starts)
        assert call["ended_at"] > call["started_at"]


def test_texts_do_not_read_like_ten_templates(records: Records, truth: Records):
    duplicates = {line["source_record_id"] for line in truth("duplicates")}
    texts = [
        one["text"]
        for one in records("reviews")
        if one["text"] and one.get("review_id") not in duplicates and len(one["text"]) > 12
    ]
    openings = Counter(text[:8] for text in texts)

    assert len(set(texts)) > 0.97 * len(texts)
    assert openings.most_common(1)[0][1] < 0.03 * len(texts)


def test_languages_scripts_and_noise_are_mixed_in(truth: Records):
    texts = truth("texts")
    languages = Counter(line["language"] for line in texts)
    dirt = Counter(kind for line in texts for kind in line["dirt"])

    assert 0.03 < languages["en"] / len(texts) < 0.10
    assert 0.005 < sum(not line["is_relevant"] for line in texts) / len(texts) < 0.04
    assert sum(line["script"] == "hant" for line in texts) > 5
    assert {"html", "full_width", "emoji", "traditional", "code_switch", "typo"} <= set(dirt)


def test_handoffs_tell_both_halves(truth: Records):
    handoffs = {handoff.slug: handoff for handoff in HANDOFFS}
    told: Counter[str] = Counter()
    for line in truth("texts"):
        if line["handoff"] and line["language"] == "zh":
            handoff = handoffs[line["handoff"]]
            departments = [unit["department_slug"] for unit in line["units"]]
            assert handoff.from_department in departments
            assert handoff.to_department in departments
            roles = {unit["promise_role"] for unit in line["units"]}
            assert (roles >= {"promise", "breach"}) == (handoff.kind == "over_promise")
            told[handoff.slug] += 1
    assert set(told) == set(handoffs)


def test_lost_parcels_are_told_again_and_again(truth: Records):
    attempts = [line["attempt"] for line in truth("texts") if line["handoff"] == "lost_parcel"]

    assert max(attempts) >= 3


def test_duplicates_of_a_burst_are_alike_but_not_the_same(truth: Records):
    members = {
        line["source_record_id"]: line["cluster"]
        for line in truth("duplicates")
        if line["kind"] == "near_duplicate_burst"
    }
    texts: dict[str, list[str]] = {}
    for line in truth("texts"):
        if line["source_record_id"] in members and line["source_slug"] == "reviews":
            assert line["duplicate_cluster"] == members[line["source_record_id"]]
            texts.setdefault(line["duplicate_cluster"], []).append(line["source_record_id"])
    assert len(texts) >= 2
    assert all(len(cluster) >= 3 for cluster in texts.values())


@pytest.mark.parametrize("slug", touchpoint_slugs())
def test_phrase_files_use_known_slots_and_say_something_for_each_polarity(slug: str):
    phrases = touchpoint_phrases(slug)

    assert {"negative", "positive"} <= set(phrases.english)
    for polarity in POLARITIES:
        assert phrases.has(polarity), polarity
        for _, _, entries in phrases.issues[polarity]:
            for phrase in entries:
                for piece in phrase.pieces:
                    for text in (piece,) if isinstance(piece, str) else piece:
                        slots = {name for _, name, _, _ in string.Formatter().parse(text) if name}
                        assert slots <= KNOWN_SLOTS, (text, slots)


def test_every_touchpoint_and_theme_has_its_phrases():
    slugs = set(touchpoint_slugs())

    assert {touchpoint.slug for touchpoint in TOUCHPOINTS} <= slugs
    assert {theme.phrase_file for theme in THEMES} <= slugs
    assert {handoff.slug for handoff in HANDOFFS} <= set(phrase_tree("handoffs"))


def test_a_phrase_draws_alternatives_and_fills_slots():
    phrase = parse_phrase("等了{days}[才到|还没到]")

    said = {phrase.fill(Random(seed), {"days": "三天"}) for seed in range(20)}

    assert said == {"等了三天才到", "等了三天还没到"}


def test_an_unbalanced_phrase_is_refused():
    with pytest.raises(PhraseError, match="unbalanced"):
        parse_phrase("等了[三天|五天")


def test_dirt_spares_personal_data():
    kinds: set[str] = set()
    for seed in range(1500):
        draft = Draft()
        draft.add("客服的态度太差，退款的钱还没收到，质量也不行。")
        draft.add_personal("电话13800001234，a.b@example.com", {"phone": "13800001234"})
        kinds |= set(make_dirty(draft, Random(seed), is_positive=False))
        assert "电话13800001234，a.b@example.com" in draft.text
    assert len(kinds) == 11


def test_phrases_were_not_copied_between_files():
    seen: dict[tuple, str] = {}
    for slug in touchpoint_slugs():
        for polarity in ("negative", "positive"):
            for _, _, entries in touchpoint_phrases(slug).issues[polarity]:
                for phrase in entries:
                    assert seen.setdefault(phrase.pieces, slug) == slug
    assert len(seen) > 500
