"""From links to persons."""

from __future__ import annotations

from dataclasses import replace

from identity.clusters import join_records
from identity.links import Link
from identity.records import make_record

FIRST = make_record("C1", "王静", "F", 1980, "上海", None, None, "2024-01-01")


def records(*names: str):
    return [
        replace(FIRST, customer_id=name, registered_at=f"2024-01-{day:02}")
        for day, name in enumerate(names, start=1)
    ]


def likely(left: str, right: str, probability: float = 0.95) -> Link:
    return Link(left, right, "probabilistic", probability)


def persons(people, links, never_same=()) -> dict[str, str]:
    memberships, _ = join_records(people, links, never_same)
    return {one.customer_id: one.person_id for one in memberships}


def test_a_person_is_named_by_the_record_that_was_registered_first():
    people = records("C9", "C1")

    assert persons(people, [likely("C1", "C9")]) == {"C1": "C9", "C9": "C9"}


def test_a_new_record_does_not_rename_the_person():
    before = persons(records("C5", "C6"), [likely("C5", "C6")])
    after = persons(records("C5", "C6", "C1"), [likely("C5", "C6"), likely("C1", "C5", 0.99)])

    assert {name: after[name] for name in before} == before
    assert after["C1"] == "C5"


def test_probability_and_kind_are_those_of_the_weakest_step():
    links = [
        Link("C1", "C2", "deterministic", 1.0),
        likely("C2", "C3", 0.91),
        Link("C3", "C4", "deterministic", 1.0),
    ]
    memberships, _ = join_records(records("C1", "C2", "C3", "C4"), links)

    assert [(one.kind, one.probability) for one in memberships] == [
        ("self", 1.0),
        ("deterministic", 1.0),
        ("probabilistic", 0.91),
        ("probabilistic", 0.91),
    ]


def test_never_same_holds_against_every_chain():
    people = records("C1", "C2", "C3")
    links = [likely("C1", "C2", 0.99), likely("C2", "C3", 0.98), likely("C1", "C3", 0.97)]

    assert len(set(persons(people, links).values())) == 1
    assert persons(people, links, [("C3", "C1")]) == {"C1": "C1", "C2": "C1", "C3": "C3"}


def test_likely_links_do_not_join_contradicting_records():
    mother, unknown, son = records("C1", "C2", "C3")
    unknown = replace(unknown, gender=None, birth_year=None)
    son = replace(son, gender="M", birth_year=2004)
    links = [likely("C1", "C2", 0.99), likely("C2", "C3", 0.98)]

    assert persons([mother, unknown, son], links) == {"C1": "C1", "C2": "C1", "C3": "C3"}


def test_a_review_may_join_contradicting_records():
    people = records("C1", "C2")
    people[1] = replace(people[1], gender="M")

    assert persons(people, [Link("C1", "C2", "reviewed", 1.0)]) == {"C1": "C1", "C2": "C1"}


def test_the_order_of_records_and_links_does_not_matter():
    people = records("C1", "C2", "C3", "C4")
    links = [likely("C1", "C2"), likely("C2", "C3"), likely("C3", "C4", 0.96)]
    never = [("C1", "C4")]

    assert persons(people, links, never) == persons(people[::-1], links[::-1], never)


def test_links_to_records_that_are_gone_are_left_out():
    assert persons(records("C1"), [Link("C1", "C2", "reviewed", 1.0)]) == {"C1": "C1"}
