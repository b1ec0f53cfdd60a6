"""Persons whom the CRM knows more than once, and what their records share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from simulator.plan import Plan
from simulator.second_records import KINDS, retype
from simulator.world import World

Records = Callable[[str], list[dict]]


def test_some_persons_have_two_or_three_records(told_records: Records, told_truth: Records):
    persons: dict[str, list[dict]] = defaultdict(list)
    for line in told_truth("persons"):
        persons[line["person_id"]].append(line)
    customers = {one["customer_id"] for one in told_records("customers")}
    sizes = [len(lines) for lines in persons.values()]
    second = [
        line
        for lines in persons.values()
        for line in lines
        if line["record_kind"] not in ("first", "family_phone")
    ]

    assert {line["customer_id"] for line in told_truth("persons")} == customers
    assert sum(sizes) == len(customers)
    assert max(sizes) >= 3
    assert 0.03 < len(second) / len(customers) < 0.09
    assert {line["record_kind"] for line in told_truth("persons")} == {"first", *KINDS}


def test_second_records_keep_what_identifies_and_change_the_rest(plan: Plan):
    world = World(Plan(feedback=20_000, years=1, seed=7, end=plan.end))
    seen = dict.fromkeys(KINDS, 0)
    for number in range(4000):
        customer = world.customer(number)
        if customer.record_kind == "first":
            continue
        seen[customer.record_kind] += 1
        if customer.record_kind == "family_phone":
            assert customer.person_id == f"H{number + 1:08d}"
            continue
        origin = world.customer(int(customer.person_id[1:]) - 1)
        assert (customer.gender, customer.birth_year) == (origin.gender, origin.birth_year)
        assert customer.registered_at > origin.registered_at
        assert customer.missing <= {"phone", "email", "birth_year", "gender"}
        assert not {"phone", "email"} <= customer.missing or customer.record_kind == "email_only"
    assert all(count > 10 for count in seen.values())


def test_canary_persons_are_known_once(told_truth: Records):
    canaries = {line["customer_id"] for line in told_truth("canaries")}
    persons = [line["person_id"] for line in told_truth("persons")]
    mine = [line["person_id"] for line in told_truth("persons") if line["customer_id"] in canaries]

    assert len(mine) == len(canaries)
    assert all(persons.count(person) == 1 for person in mine)


def test_a_mistyped_name_is_another_name_of_the_same_family():
    for name, surname in (("王丽", "王"), ("欧阳秀英", "欧阳"), ("李国庆", "李"), ("张一诺", "张")):
        for number in range(30):
            mistyped = retype(name, surname, number)
            assert mistyped != name
            assert mistyped.startswith(surname)
            assert len(mistyped) > len(surname)
