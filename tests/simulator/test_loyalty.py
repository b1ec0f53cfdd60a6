"""Who leaves, who comes back, who is asked: planted in the company's figures, told in the truth."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import mean, median

import pytest

from simulator.company import Plan
from simulator.customer_base import MEAN_DAYS, CustomerBase
from simulator.geography import CITY_BY_NAME
from simulator.planted_improvements import IMPROVEMENTS, PILOT_CITY, negative_factor
from simulator.planted_loyalty import HAZARD_RATIOS, RESPONSE_RATES
from simulator.world import World

Records = Callable[[str], list[dict]]


def newest(records: list[dict], key: str) -> dict[str, dict]:
    """Return id -> newest version of a record."""
    return {record[key]: record for record in records}


def test_a_bad_experience_multiplies_the_hazard(plan: Plan):
    """Over many customers what remains is the mean life divided by the hazard ratio."""
    large = Plan(feedback=12_000, years=1, seed=5, end=plan.end)
    day = large.go_live + timedelta(days=1)
    remaining: dict[str, list[int]] = defaultdict(list)
    customers, others = CustomerBase(World(large)), CustomerBase(World(large))
    world = World(large)
    for number in range(1500):
        customers.suffer(world.customer(number), iter(["installation"]), day)
        others.suffer(world.customer(number), iter(["pricing"]), day)
        remaining["installation"].append(customers.last_day(number) - day.toordinal())
        remaining["pricing"].append(others.last_day(number) - day.toordinal())

    ratio = mean(remaining["pricing"]) / mean(remaining["installation"])

    assert mean(remaining["pricing"]) == pytest.approx(MEAN_DAYS, rel=0.08)
    assert ratio == pytest.approx(HAZARD_RATIOS["installation"], rel=0.02)


def test_nobody_orders_after_the_end(told_records: Records, told_truth: Records):
    ends = {line["customer_id"]: line["last_day"] for line in told_truth("lifetimes")}
    canaries = {line["customer_id"] for line in told_truth("canaries")}
    won_back = {line["customer_id"] for line in told_truth("cases") if line["is_won_back"]}
    late = [
        order
        for order in told_records("orders")
        if order["status"] == "paid"
        and order["ordered_at"][:10] > ends.get(order["customer_id"], "9999")
        and order["customer_id"] not in canaries | won_back
    ]

    assert len(ends) > 300
    # an experience may shorten a life by more than is left of it since the last order
    assert len(late) < 0.01 * len(told_records("orders"))


def test_a_won_back_customer_has_a_new_life(plan: Plan):
    world = World(plan)
    customers = CustomerBase(world)
    customer = world.customer(40)
    day = plan.start
    customers.offend(customer)
    aggrieved = customers.mood_effect(customer)
    customers.shorten(40, day, 1000)

    customers.win_back(customer, day, Random(1))

    assert aggrieved < 0 < customers.mood_effect(customer)
    assert customers.is_recovered(customer)
    assert customers.last_day(40) > day.toordinal()


def test_cases_come_from_feedback_and_run_their_course(
    told: tuple[Plan, Path], told_records: Records, told_truth: Records
):
    cases = newest(told_records("cases"), "case_id")
    events: dict[str, list[dict]] = defaultdict(list)
    for event in newest(told_records("case_events"), "case_event_id").values():
        events[event["case_id"]].append(event)
    ids = {
        source: {record.get(field) for record in told_records(entity)}
        for source, entity, field in (
            ("reviews", "reviews", "review_id"),
            ("surveys", "survey_responses", "response_id"),
            ("calls", "calls", "call_id"),
            ("crm_notes", "customer_notes", "note_id"),
        )
    }
    order = ["opened", "assigned", "responded", "resolved", "closed"]

    assert 0.05 < len(cases) / told[0].feedback < 0.11
    assert {line["ending"] for line in told_truth("cases")} == {"solved", "answered", "unanswered"}
    assert {event["event_kind"] for one in events.values() for event in one} == {
        "opened", "assigned", "responded", "transferred", "resolved", "reopened", "closed",
        "rated", "told",
    }  # fmt: skip
    for case_id, case in cases.items():
        assert case["feedback_record_id"] in ids[case["feedback_source_slug"]]
        course = sorted(events[case_id], key=lambda event: event["occurred_at"])
        kinds = [event["event_kind"] for event in course]
        assert kinds[0] == "opened"
        first = [kinds.index(kind) for kind in order if kind in kinds]
        assert first == sorted(first)
        assert (case["resolved_at"] is not None) == ("closed" in kinds or "resolved" in kinds)
        assert ("told" in kinds) == (case["status"] == "told")


def test_the_unanswered_go_quiet_and_the_solved_do_not(told_records: Records, told_truth: Records):
    orders: dict[str, list[str]] = defaultdict(list)
    for one in told_records("orders"):
        if one["status"] == "paid":
            orders[one["customer_id"]].append(one["ordered_at"])
    opened = {case["case_id"]: case["opened_at"] for case in told_records("cases")}

    def share_that_orders_again(ending: str) -> float:
        complaints = [
            line
            for line in told_truth("cases")
            if line["ending"] == ending and line["case_type"] == "complaint"
        ]
        assert len(complaints) > 20
        return mean(
            any(moment > opened[line["case_id"]] for moment in orders[line["customer_id"]])
            for line in complaints
        )

    assert share_that_orders_again("solved") > share_that_orders_again("unanswered") + 0.1


def test_slow_teams_answer_later(told_records: Records, told_truth: Records):
    pace = {
        line["team_id"]: line["response_time_factor"]
        for line in told_truth("planted_causes")
        if line["cause"] == "team_pace"
    }
    hours: dict[bool, list[float]] = defaultdict(list)
    first_team = {case["case_id"]: case["team_id"] for case in told_records("cases")[::-1]}
    for case_id, case in newest(told_records("cases"), "case_id").items():
        if case["first_responded_at"]:
            waited = datetime.fromisoformat(case["first_responded_at"]) - datetime.fromisoformat(
                case["opened_at"]
            )
            hours[pace[first_team[case_id]] > 1.5].append(waited / timedelta(hours=1))

    assert len(hours[True]) > 10
    assert median(hours[True]) > median(hours[False])


def test_response_rates_and_the_quiet_days_are_the_planned_ones(told_records: Records):
    invitations = newest(told_records("survey_invitations"), "invitation_id")
    states: dict[str, Counter[str]] = defaultdict(Counter)
    answered = set()
    for one in invitations.values():
        states[one["channel"]][one["state"]] += 1
        answered.add(one["response_id"])
    seen = {state for counts in states.values() for state in counts}

    assert seen == {"sent", "delivered", "suppressed", "opted_out", "started", "completed"}
    for channel, rate in RESPONSE_RATES.items():
        counts = states[channel]
        delivered = counts["completed"] + counts["started"] + counts["delivered"]
        assert counts["completed"] / delivered == pytest.approx(rate, abs=0.05)
    responses = {one["response_id"] for one in told_records("survey_responses")}
    assert {one for one in responses if one[0] != "X"} == answered - {None}


def test_campaign_clicks_come_before_their_orders(told_records: Records):
    touches = newest(told_records("campaign_touches"), "touch_id").values()
    orders: dict[str, list[str]] = defaultdict(list)
    for one in told_records("orders"):
        orders[one["customer_id"]].append(one["ordered_at"])
    kinds = Counter(one["touch_kind"] for one in touches)
    bought = [
        any(
            one["touched_at"] < moment and moment[:10] == one["touched_at"][:10]
            for moment in orders[one["customer_id"]]
        )
        for one in touches
        if one["touch_kind"] == "click"
    ]

    assert 0.08 < kinds["click"] / kinds["impression"] < 0.22
    assert 0.12 < mean(bought) < 0.4
    campaigns = {one["campaign_id"] for one in told_records("campaigns")}
    assert {one["campaign_id"] for one in touches} <= campaigns


def test_order_items_add_up_to_their_order(told_records: Records):
    amounts: dict[str, float] = defaultdict(float)
    for item in told_records("order_items"):
        amounts[item["order_id"]] += item["amount_cny"]

    for order in newest(told_records("orders"), "order_id").values():
        assert amounts[order["order_id"]] == pytest.approx(order["amount_cny"], abs=0.01)


def test_improvements_hold_where_and_when_they_were_made(plan: Plan, records: Records):
    register = newest(records("improvements"), "improvement_id")
    city = CITY_BY_NAME["西安"]
    pilot = next(one for one in IMPROVEMENTS if one.cities == (PILOT_CITY,))
    before = pilot.started_on(plan) - timedelta(days=1)

    assert set(register) == {one.improvement_id for one in IMPROVEMENTS}
    assert {one.truth for one in IMPROVEMENTS} == {
        "works", "does_nothing", "looks_like_working", "moves_the_trouble", "too_young",
    }  # fmt: skip
    assert all(
        date.fromisoformat(register[one.improvement_id]["started_on"]) == one.started_on(plan)
        for one in IMPROVEMENTS
    )
    assert negative_factor(plan, "packaging", city, before) < 1
    assert negative_factor(plan, "checkout_payment", city, plan.end) == 1.0
    pilot_city = CITY_BY_NAME[PILOT_CITY]
    assert negative_factor(plan, "delivery", pilot_city, before) == 1.0
    assert negative_factor(plan, "delivery", pilot_city, plan.end) < 1
