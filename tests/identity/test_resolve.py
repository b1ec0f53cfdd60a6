"""The night's step on a real database: what it writes, repeats, skips and never writes."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from identity import resolve
from identity.inspection import UnknownCustomerError, explain
from tests.identity.conftest import land
from warehouse.postgres import connect

FAMILY = [
    ("C1", "慕容霁岚", "F", 1980, "上海", "p1", "e1", "2024-01-01 00:00:00+08"),
    ("C2", "慕容霁岚", "F", 1980, "北京", "p1", None, "2025-01-01 00:00:00+08"),
    ("C3", "慕容砚秋", "M", 1979, "上海", "p1", None, "2025-02-01 00:00:00+08"),
    ("C4", "司徒珞珈", "F", 1990, "成都", "p4", "e4", "2024-01-01 00:00:00+08"),
]


def persons(settings) -> dict[str, tuple[str, str]]:
    with connect("voc_modeler", settings) as connection:
        rows = connection.execute(
            "select customer_id, person_id, match_kind from identity.memberships"
        ).fetchall()
    return {customer: (person, kind) for customer, person, kind in rows}


def except_pairs(tmp_path, **pairs) -> None:
    path = tmp_path / "identity_exceptions.yml"
    path.write_text(json.dumps(pairs), encoding="utf-8")


def test_an_empty_customer_base_has_no_persons(landed):
    report = resolve.run(landed)

    assert (report.record_count, report.person_count) == (0, 0)


def test_each_record_has_one_person_and_a_family_is_not_one(landed):
    land(landed, FAMILY)
    report = resolve.run(landed)

    assert report.was_needed
    assert (report.record_count, report.person_count) == (4, 3)
    assert persons(landed) == {
        "C1": ("C1", "self"),
        "C2": ("C1", "deterministic"),
        "C3": ("C3", "self"),
        "C4": ("C4", "self"),
    }


def test_a_night_without_a_change_does_nothing_and_a_new_record_does(landed):
    land(landed, FAMILY)
    first = resolve.run(landed)
    second = resolve.run(landed)
    land(landed, [("C0", "慕容霁岚", "F", 1980, None, None, "e1", "2026-01-01 00:00:00+08")])
    third = resolve.run(landed)

    assert first.was_needed and not second.was_needed and third.was_needed
    assert second.person_count == first.person_count == third.person_count
    assert second.link_counts == first.link_counts
    assert persons(landed)["C0"] == ("C1", "deterministic")


def test_forcing_gives_the_same_again(landed):
    land(landed, FAMILY)
    resolve.run(landed)
    before = persons(landed)

    assert resolve.run(landed, is_forced=True).was_needed
    assert persons(landed) == before


def test_two_runs_at_once_write_once(landed):
    land(landed, FAMILY)
    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(lambda _: resolve.run(landed), range(2)))

    assert sorted(report.was_needed for report in reports) == [False, True]
    assert len(persons(landed)) == len(FAMILY)


def test_a_reviewed_exception_undoes_a_merge_and_taking_it_back_restores_it(landed, tmp_path):
    land(landed, FAMILY)
    except_pairs(tmp_path, never_same=[["C2", "C1"]], always_same=[["C4", "C3"]])
    resolve.run(landed)

    assert persons(landed) == {
        "C1": ("C1", "self"),
        "C2": ("C2", "self"),
        "C3": ("C4", "reviewed"),
        "C4": ("C4", "self"),
    }
    except_pairs(tmp_path)
    resolve.run(landed)
    assert persons(landed)["C2"] == ("C1", "deterministic")
    assert persons(landed)["C3"] == ("C3", "self")


def test_ids_of_the_exception_file_that_nobody_has_are_reported(landed, tmp_path):
    land(landed, FAMILY)
    except_pairs(tmp_path, never_same=[["C1", "C99"]])

    assert resolve.run(landed).unknown_ids == ["C99"]


def test_an_explanation_shows_what_agrees_without_values(landed):
    land(landed, FAMILY)
    resolve.run(landed)
    found = explain(landed, "C2")

    assert found.person_id == "C1"
    assert [(one.customer_id, one.match_kind) for one in found.members] == [
        ("C1", "self"),
        ("C2", "deterministic"),
    ]
    assert found.candidates[0].evidence == {"phone": "same"}
    with pytest.raises(UnknownCustomerError, match="voc identity run"):
        explain(landed, "C99")


def test_no_name_city_or_hash_is_written(landed):
    land(landed, FAMILY)
    resolve.run(landed)
    with connect("voc_admin", landed) as connection:
        written = "".join(
            str(connection.execute(f"select {table}::text from identity.{table}").fetchall())
            for table in ("memberships", "links", "runs")
        )

    assert "C1" in written
    for _, name, _, _, city, phone, email, _ in FAMILY:
        assert name not in written and city not in written
        assert f'"{phone}"' not in written and f'"{email}"' not in written


@pytest.mark.parametrize("role", ["voc_modeler", "voc_stats", "voc_reader", "voc_stager"])
def test_roles_right_of_the_border_may_not_see_which_pairs_come_near(landed, role):
    import psycopg

    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        connect(role, landed) as connection,
    ):
        connection.execute("select 1 from identity.links")
