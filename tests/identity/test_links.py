"""The rules that need no model."""

from __future__ import annotations

from dataclasses import replace

import pytest

from identity.links import SHARED_BY_AT_MOST, find_deterministic_links
from identity.records import make_record

ANNA = make_record("C1", "王静", "F", 1980, "上海", "p1", "e1", "2024-01-01")


def linked(*records) -> list[tuple[str, str]]:
    return [link.pair for link in find_deterministic_links(records)]


@pytest.mark.parametrize(
    "fields",
    [
        ("王静", "F", 1980, "北京", "p1", None),  # moved
        ("王婧", "F", 1980, "上海", "p1", None),  # misheard
        ("王静", None, None, None, None, "e1"),  # little known, but the name and a contact
        ("王敏", "F", 1980, "上海", None, "e1"),  # another given name, all else the same
    ],
)
def test_a_shared_contact_and_an_agreeing_name_is_one_person(fields):
    assert linked(ANNA, make_record("C2", *fields, "2025-01-01")) == [("C1", "C2")]


@pytest.mark.parametrize(
    "fields",
    [
        ("王强", "M", 1978, "上海", "p1", None),  # the husband, on the family's telephone
        ("王静", "F", 1981, "上海", "p1", None),  # born in another year: for the model
        ("王静", "F", 1980, "上海", "p2", "e2"),  # no contact in common: for the model
        ("李静", "F", 1980, "上海", "p1", None),  # another family
        (None, None, None, None, "p1", None),  # nothing but a telephone
    ],
)
def test_a_contact_alone_is_not_a_person(fields):
    assert linked(ANNA, make_record("C2", *fields, "2025-01-01")) == []


def test_unknown_contacts_are_not_shared():
    blank = replace(ANNA, phone_hash=None, email_hash=None)

    assert linked(blank, replace(blank, customer_id="C2")) == []


def test_a_number_that_many_share_says_nothing():
    crowd = [replace(ANNA, customer_id=f"C{n:03}") for n in range(SHARED_BY_AT_MOST + 1)]

    assert len(linked(*crowd[:-1])) == SHARED_BY_AT_MOST * (SHARED_BY_AT_MOST - 1) / 2
    assert linked(*crowd) == []


def test_the_evidence_names_what_agrees_without_its_value():
    (link,) = find_deterministic_links([ANNA, replace(ANNA, customer_id="C0")])

    assert link.pair == ("C0", "C1")
    assert link.evidence == {"phone": "same", "email": "same"}
