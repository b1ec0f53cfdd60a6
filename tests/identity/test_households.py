"""What is learnt from people who share a contact and are surely several."""

from __future__ import annotations

import math

import duckdb
import pytest

from identity.households import Households, learn_households
from identity.records import IdentityRecord, make_record

CONDITIONS = {
    "name": ("name_l = name_r", "family_name_l = family_name_r"),
    "city": ("city_l = city_r",),
}
STRANGERS = {"name": [0.9, 0.09, 0.01], "city": [0.9, 0.1]}


def couples(count: int) -> list[IdentityRecord]:
    """Return married couples: one telephone, one city, one family name, two genders."""
    return [
        make_record(
            f"C{number}{gender}", f"王{given}", gender, 1980, "杭州", f"phone {number}", None, None
        )
        for number in range(count)
        for gender, given in (("F", "芳"), ("M", "伟"))
    ]


def learn(records: list[IdentityRecord]) -> Households:
    with duckdb.connect(":memory:") as connection:
        return learn_households(connection, records, CONDITIONS, STRANGERS)


def test_what_households_share_speaks_against_one_person_as_much_as_they_share_it():
    corrections = learn(couples(30)).corrections

    # 30 couples and 5 random pairs: all couples share city and family name, none the whole name
    assert corrections["phone"]["city"][1] == pytest.approx(math.log2(0.1 * 35 / (30 + 0.5)))
    assert corrections["phone"]["city"][0] == pytest.approx(math.log2(0.9 * 35 / 4.5))
    assert corrections["phone"]["name"][1] == pytest.approx(math.log2(0.09 * 35 / (30 + 0.45)))
    assert corrections["phone"]["name"][2] == pytest.approx(math.log2(35 / 5))


def test_of_a_handful_of_pairs_nothing_is_learnt():
    assert learn(couples(10)).corrections == {}


def test_only_pairs_that_share_the_contact_are_weighed_otherwise():
    households = Households({"phone": {"name": [0.0, -2.0, 1.0], "city": [0.5, -3.0]}})
    row = {"gamma_phone": 1, "gamma_name": 1, "gamma_city": 1}
    row |= {"mw_tf_adj_name": 0.0, "mw_tf_adj_city": 0.25}

    assert households.correct(row) == -5.25
    assert households.correct(row | {"gamma_city": -1}) == -2.0
    assert households.correct(row | {"gamma_phone": 0}) == 0.0
