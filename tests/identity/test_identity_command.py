"""`voc identity` on a real database."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from identity import exceptions, resolve
from tests.identity.conftest import land
from warehouse.cli.app import app

PEOPLE = [
    ("C1", "王静", "F", 1980, "上海", "p1", "e1", "2024-01-01 00:00:00+08"),
    ("C2", "王婧", "F", 1980, "北京", "p1", None, "2025-01-01 00:00:00+08"),
    ("C3", "李强", "M", 1975, "成都", "p3", None, "2025-01-01 00:00:00+08"),
]


@pytest.fixture
def people(landed):
    land(landed, PEOPLE)
    return landed


def call(*words: str):
    return CliRunner().invoke(app, ["identity", *words])


def test_a_run_says_how_many_persons_there_are_and_when_there_was_nothing_to_do(people):
    first, second = call("run"), call("run")

    assert first.exit_code == second.exit_code == 0
    assert "3 records are 2 persons (joined: 1 deterministic)." in first.output
    assert "Nothing has changed" not in first.output
    assert "Nothing has changed" in second.output


def test_explain_shows_records_and_evidence_but_no_name(people):
    call("run")
    joined, alone = call("explain", "C2"), call("explain", "C3")

    assert "person C1" in joined.output
    assert "phone: same" in joined.output
    assert "王" not in joined.output
    assert "No other record comes near." in alone.output


def test_explain_says_what_to_do_about_an_id_that_nobody_has(people):
    failed = call("explain", "C99")

    assert failed.exit_code == 1
    assert "voc identity run" in str(failed.exception)


def test_the_exception_file_is_checked_against_the_customers(people, tmp_path):
    path = tmp_path / exceptions.FILE_NAME
    path.write_text("never_same: [[C1, C2]]", encoding="utf-8")
    good = call("exceptions")
    path.write_text("never_same: [[C1, C77]]", encoding="utf-8")
    bad, run = call("exceptions"), call("run")

    assert good.exit_code == 0
    assert "1 pairs never the same, 0 always" in good.output
    assert bad.exit_code == 1
    assert "C77" in bad.output
    assert run.exit_code == 0
    assert "1 ids of the exception file are unknown" in run.output


def test_the_exception_file_lies_in_the_configuration(database):
    assert resolve.exceptions_path(database).parent.name == "config"
