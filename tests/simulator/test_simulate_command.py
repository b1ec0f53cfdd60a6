"""`voc simulate` builds a company, shows it day by day and keeps what is not its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simulator.company import CompanyError
from simulator.serve import ensure_token, read_token
from warehouse.cli.app import app

SMALL = ["--feedback", "200", "--years", "1", "--end", "2026-03-31"]


def simulate(out: Path, *arguments: str):
    return CliRunner().invoke(app, ["simulate", "--out", str(out), *SMALL, *arguments])


def test_a_company_is_built_and_its_days_go_by(tmp_path: Path):
    first = simulate(tmp_path, "--through", "2026-02-28")
    files = set((tmp_path / "calls").rglob("*.gz"))
    second = simulate(tmp_path)

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "2025-04-01 to 2026-03-31, shown up to 2026-02-28 23:59" in first.output
    assert files < set((tmp_path / "calls").rglob("*.gz"))
    assert json.loads((tmp_path / "clock.json").read_text())["now"].startswith("2026-03-31")
    assert (tmp_path / "truth" / "persons.jsonl").exists()


def test_without_an_end_the_company_of_the_folder_is_taken(tmp_path: Path):
    simulate(tmp_path)
    plan = (tmp_path / "plan.json").read_text()

    again = CliRunner().invoke(
        app, ["simulate", "--out", str(tmp_path), "--feedback", "200", "--years", "1"]
    )

    assert again.exit_code == 0
    assert (tmp_path / "plan.json").read_text() == plan


def test_another_company_is_replaced_only_when_asked(tmp_path: Path):
    simulate(tmp_path)

    refused = simulate(tmp_path, "--seed", "5")
    replaced = simulate(tmp_path, "--seed", "5", "--replace")

    assert isinstance(refused.exception, CompanyError)
    assert replaced.exit_code == 0
    assert json.loads((tmp_path / "plan.json").read_text())["seed"] == 5


def test_a_foreign_folder_is_left_alone(tmp_path: Path):
    (tmp_path / "thesis.txt").write_text("mine")

    refused = simulate(tmp_path)

    assert isinstance(refused.exception, CompanyError)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_token_is_made_once_for_its_owner_alone(tmp_path: Path):
    path = tmp_path / "token"
    with pytest.raises(CompanyError, match="no bearer token"):
        read_token(path)

    ensure_token(path)
    first = read_token(path)
    ensure_token(path)

    assert read_token(path) == first
    assert path.stat().st_mode & 0o077 == 0
