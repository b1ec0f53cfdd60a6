"""One small company, built once, for the tests that only look at it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from simulator.company import Plan, build
from simulator.day_files import iter_records

SMALL_PLAN = Plan(feedback=1200, years=1, seed=7, end=date(2026, 6, 30))


@pytest.fixture(scope="session")
def plan() -> Plan:
    """Return the plan of the shared company."""
    return SMALL_PLAN


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a built company; tests must not change it."""
    folder = tmp_path_factory.mktemp("company")
    build(SMALL_PLAN, folder)
    return folder


@pytest.fixture(scope="session")
def records(company: Path) -> Callable[[str], list[dict]]:
    """Return a function that gives all records of an entity, as the sources come to show them."""
    return lambda entity: list(iter_records(company, entity, None, SMALL_PLAN.last_moment))


@pytest.fixture(scope="session")
def truth(company: Path) -> Callable[[str], list[dict]]:
    """Return a function that gives a truth table."""

    def read(name: str) -> list[dict]:
        lines = (company / "truth" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    return read


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Path]:
    """Return a plan large enough for its causes to show, and the folder of its company."""
    plan = Plan(feedback=4000, years=2, seed=11, end=date(2026, 6, 30))
    folder = tmp_path_factory.mktemp("told")
    build(plan, folder)
    return plan, folder


@pytest.fixture(scope="session")
def told_truth(told: tuple[Plan, Path]) -> Callable[[str], list[dict]]:
    """Return a function that gives a truth table of the larger company."""

    def read(name: str) -> list[dict]:
        lines = (told[1] / "truth" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    return read


@pytest.fixture(scope="session")
def told_records(told: tuple[Plan, Path]) -> Callable[[str], list[dict]]:
    """Return a function that gives all records of an entity of the larger company."""
    return lambda entity: list(iter_records(told[1], entity, None, told[0].last_moment))
