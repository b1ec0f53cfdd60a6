"""House rules of suites, and their ties to the tables they guard."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
import yaml

from expectations import ledger
from expectations.gate import GATES
from ingestion.contracts import ENTITIES

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(
    path.stem for path in (ROOT / "expectations" / "suites").glob("*.py") if path.stem != "__init__"
)


def build(name: str):
    return import_module(f"expectations.suites.{name}").build()


def test_every_suite_stands_at_one_gate():
    placed = [suite for gate in GATES.values() for suite in gate.suites]

    assert sorted(placed) == MODULES


@pytest.mark.parametrize("name", MODULES)
def test_suite_follows_house_rules(name):
    from expectations.validation import name_check

    suite = build(name)
    names = [name_check(check.configuration) for check in suite.expectations]

    assert suite.name == name
    assert len(set(names)) == len(names), "two checks of one name overwrite each other's result"
    for check in suite.expectations:
        assert check.notes, f"{name_check(check.configuration)} does not say why"
        assert check.severity in ("critical", "warning")


@pytest.mark.parametrize("name", MODULES)
def test_suite_asks_for_columns_first(name):
    columns = getattr(import_module(f"expectations.suites.{name}"), "COLUMNS", None)

    # the label tables are ours, made by a migration; all others come from elsewhere
    assert (columns is None) == name.startswith("nlp__")


def test_landing_suites_ask_for_columns_of_the_ingestion_contracts():
    contracts = {f"{entity.schema}__{entity.name}": entity for entity in ENTITIES}

    assert set(contracts) == set(GATES["landing"].suites)
    for suite, entity in contracts.items():
        columns = set(import_module(f"expectations.suites.{suite}").COLUMNS)
        assert columns <= set(entity.columns), columns - set(entity.columns)


def test_every_mart_that_dbt_builds_is_guarded():
    models = {path.stem for path in (ROOT / "dbt_project" / "models" / "marts").rglob("*.sql")}

    assert models
    assert {f"marts_build__{model}" for model in models} == set(GATES["marts"].suites)


def test_marts_promise_the_columns_that_their_suites_ask_for():
    promised: dict[str, set[str]] = {}
    for path in (ROOT / "dbt_project" / "models" / "marts").rglob("*.yml"):
        for model in yaml.safe_load(path.read_text("utf-8")).get("models", []):
            promised[model["name"]] = {column["name"] for column in model["columns"]}

    for suite in GATES["marts"].suites:
        mart = suite.removeprefix("marts_build__")
        columns = set(import_module(f"expectations.suites.{suite}").COLUMNS)
        assert columns <= promised[mart], columns - promised[mart]


def test_every_configured_source_states_its_quarantine_limit():
    path = ROOT / "config" / "sources.yml"
    config = yaml.safe_load(path.read_text("utf-8"))

    limits = ledger.read_quarantine_limits(path)

    assert limits.by_source == {
        slug: options["quarantine_share_limit"] for slug, options in config["sources"].items()
    }
    assert limits.limit("a_mapping_of_mine") == config["files"]["quarantine_share_limit"]


def test_a_source_without_a_limit_has_the_default(tmp_path):
    path = tmp_path / "sources.yml"
    path.write_text("sources: {crm: }\n")

    limits = ledger.read_quarantine_limits(path)

    assert limits.limit("crm") == ledger.DEFAULT_QUARANTINE_SHARE
