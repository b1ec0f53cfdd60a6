"""The built company: the same bytes from the same plan, the promised volumes, the clock."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from simulator.company import CompanyError, Plan, build, reveal
from simulator.day_files import ENTITIES
from simulator.plan import FORMAT_VERSION

Records = Callable[[str], list[dict]]
IDS = {
    "reviews": "review_id",
    "survey_responses": "response_id",
    "calls": "call_id",
    "customer_notes": "note_id",
}
SOURCES = {
    "reviews": "reviews",
    "survey_responses": "surveys",
    "calls": "calls",
    "customer_notes": "crm_notes",
}


def sums_of(folder: Path) -> dict[str, str]:
    """Return file -> digest for everything that a build wrote."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def sound_ids(records: Records, entity: str) -> set[str]:
    """Return the ids of an entity without the records that are broken on purpose."""
    ids = {record.get(IDS[entity]) for record in records(entity)}
    return {found for found in ids if found and not found.startswith("X")}


def test_same_plan_gives_the_same_bytes(tmp_path: Path):
    plan = Plan(feedback=300, years=1, seed=3, end=date(2026, 3, 31))

    build(plan, tmp_path / "one")
    build(plan, tmp_path / "two")

    one = sums_of(tmp_path / "one")
    assert len(one) > 300
    assert one == sums_of(tmp_path / "two")


def test_the_bytes_of_a_plan_are_the_known_ones(tmp_path: Path):
    """A change of these bytes needs a new `FORMAT_VERSION`: older builds are then made anew."""
    build(Plan(feedback=200, years=1, seed=3, end=date(2026, 3, 31)), tmp_path)

    whole = hashlib.sha256(json.dumps(sums_of(tmp_path), sort_keys=True).encode()).hexdigest()
    assert (FORMAT_VERSION, whole[:16]) == (3, "c33ebb3210ddceeb")


def test_another_seed_gives_another_company(tmp_path: Path):
    build(Plan(feedback=300, years=1, seed=3, end=date(2026, 3, 31)), tmp_path / "one")
    build(Plan(feedback=300, years=1, seed=4, end=date(2026, 3, 31)), tmp_path / "two")

    texts = "truth/texts.jsonl"
    assert sums_of(tmp_path / "one")[texts] != sums_of(tmp_path / "two")[texts]


def test_a_build_that_is_there_is_left_and_another_is_replaced(tmp_path: Path):
    plan = Plan(feedback=300, years=1, seed=3, end=date(2026, 3, 31))
    other = Plan(feedback=250, years=1, seed=3, end=date(2026, 3, 31))

    assert build(plan, tmp_path)
    before = sums_of(tmp_path)
    assert not build(plan, tmp_path)
    assert sums_of(tmp_path) == before
    assert build(other, tmp_path)
    assert sums_of(tmp_path) != before


def test_a_folder_of_something_else_is_refused(plan: Plan, tmp_path: Path):
    (tmp_path / "days").mkdir()

    with pytest.raises(CompanyError, match="something else"):
        build(plan, tmp_path)


def test_a_folder_with_other_files_is_refused_and_a_cut_off_build_taken_up(tmp_path: Path):
    plan = Plan(feedback=200, years=1, seed=3, end=date(2026, 3, 31))
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(CompanyError, match="something else"):
        build(plan, tmp_path)
    (tmp_path / "notes.txt").unlink()
    for name in ("days", "truth"):
        (tmp_path / name).mkdir()

    assert build(plan, tmp_path)


def test_another_company_is_kept_when_asked(tmp_path: Path):
    build(Plan(feedback=200, years=1, seed=3, end=date(2026, 3, 31)), tmp_path)
    before = sums_of(tmp_path)

    with pytest.raises(CompanyError, match="another company"):
        build(Plan(feedback=200, years=1, seed=4, end=date(2026, 3, 31)), tmp_path, replace=False)
    assert sums_of(tmp_path) == before


def test_feedback_adds_up_to_the_plan(plan: Plan, company: Path, records: Records):
    assert sum(len(sound_ids(records, entity)) for entity in IDS) == plan.feedback


def test_the_mix_of_sources_is_the_planned_one(plan: Plan, company: Path, records: Records):
    shares = {entity: len(sound_ids(records, entity)) / plan.feedback for entity in IDS}

    assert shares["reviews"] == pytest.approx(0.45, abs=0.06)
    assert shares["survey_responses"] == pytest.approx(0.26, abs=0.06)
    assert shares["calls"] == pytest.approx(0.20, abs=0.05)
    assert shares["customer_notes"] == pytest.approx(0.10, abs=0.04)


def test_every_region_has_stores_and_every_department_agents(plan: Plan, records: Records):
    assert {store["region"] for store in records("stores")} == {
        "华东", "华北", "华中", "华南", "西南", "西北", "东北",
    }  # fmt: skip
    assert len(records("stores")) == plan.store_total
    assert {agent["department_slug"] for agent in records("agents")} == {
        "customer_service", "after_sales", "store_operations", "sales", "installation",
        "logistics",
    }  # fmt: skip


def test_campaigns_bring_more_orders_and_feedback(records: Records):
    orders = Counter(order["ordered_at"][:10] for order in records("orders"))
    ordinary = sum(orders[f"2025-09-{day:02d}"] for day in range(1, 31)) / 30
    campaign = sum(orders[f"2025-11-{day:02d}"] for day in range(1, 12)) / 11

    assert campaign > 1.4 * ordinary


def test_customers_are_who_their_records_say(plan: Plan, records: Records):
    customers = {customer["customer_id"]: customer for customer in records("customers")}

    assert len(customers) == plan.customer_total
    phones = [one["phone"] for one in customers.values() if one["phone"]]
    assert all(re.fullmatch(r"1[3-9]\d{9}", phone) for phone in phones)
    assert 0.9 < len(phones) / len(customers) < 1
    assert all(order["customer_id"] in customers for order in records("orders"))


def test_nobody_orders_before_registering(records: Records):
    registered = {one["customer_id"]: one["registered_at"] for one in records("customers")}

    assert all(
        order["ordered_at"] >= registered[order["customer_id"]] for order in records("orders")
    )


def test_records_come_in_the_order_of_their_changes(records: Records):
    for entity in ENTITIES:
        moments = [record["updated_at"] for record in records(entity)]
        assert moments, entity
        assert moments == sorted(moments), entity


def test_some_records_are_late_edited_or_sent_again(records: Records, truth: Records):
    reviews = records("reviews")
    days_late = [
        datetime.fromisoformat(one["updated_at"]) - datetime.fromisoformat(one["posted_at"])
        for one in reviews
        if one.get("review_id", "X")[0] != "X"
    ]
    copies = Counter(one.get("review_id") for one in reviews)
    edited = {one.get("review_id") for one in reviews if "追评" in (one["text"] or "")}

    assert any(late > timedelta(days=1) for late in days_late)
    assert any(copies[review_id] > 1 for review_id in edited)
    assert any(line["kind"] == "sent_again" for line in truth("duplicates"))


def test_every_fault_is_in_its_source_and_in_the_truth(records: Records, truth: Records):
    broken = truth("broken_records")
    reviews = {record.get("review_id"): record for record in records("reviews")}
    by_reason = {line["expected_reason"]: line for line in broken if line["entity"] == "reviews"}

    assert {line["expected_outcome"] for line in broken} == {"quarantine", "landed"}
    assert reviews[by_reason["out_of_range"]["source_record_id"]]["rating"] == 9
    assert "\u0000" in reviews[by_reason["nul_byte"]["source_record_id"]]["text"]
    assert "helpful_votes" in reviews[by_reason["unknown_column"]["source_record_id"]]
    for line in broken:
        if line["source_record_id"]:
            ids = {record.get(IDS[line["entity"]]) for record in records(line["entity"])}
            assert line["source_record_id"] in ids, line


def test_a_reveal_needs_a_built_company(tmp_path: Path):
    with pytest.raises(CompanyError, match="no simulated company"):
        reveal(tmp_path, date(2026, 1, 1), "postgresql://nobody@127.0.0.1:1/none")


@pytest.mark.parametrize(
    "bad",
    [{"feedback": 10}, {"years": 0}, {"end": date(2060, 1, 1)}],
    ids=["too small", "no years", "beyond the calendar"],
)
def test_a_plan_that_cannot_be_played_is_refused(bad: dict):
    with pytest.raises(ValueError, match=next(iter(bad))):
        Plan(**{"end": date(2026, 1, 1), **bad})


def test_progress_ends_at_the_total(tmp_path: Path):
    told: list[tuple[int, int]] = []

    build(
        Plan(feedback=200, years=1, seed=1, end=date(2026, 1, 31)),
        tmp_path,
        lambda *n: told.append(n),
    )

    assert told[-1] == (200, 200)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_the_last_moment_is_the_end_of_the_last_day(plan: Plan):
    assert plan.last_moment == datetime(2026, 6, 30, 15, 59, 59, tzinfo=UTC)
