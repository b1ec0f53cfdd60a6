"""The import law of the layers, beside what import-linter checks on every `make lint`."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ["ingestion", "identity", "nlp_jobs", "stat_jobs"]
LAYERS += ["expectations", "simulator", "superset_assets"]


def imported_packages(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module)
    return names


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("package", LAYERS)
def test_layers_never_import_each_other_or_the_command_line(package):
    assert modules(package)
    for path in modules(package):
        imports = imported_packages(path)
        others = {name for name in imports if name.split(".")[0] in set(LAYERS) - {package}}
        assert not others, f"{path} imports {others}"
        assert not {name for name in imports if name.startswith("warehouse.cli")}, path


@pytest.mark.parametrize("package", [*LAYERS, "warehouse"])
def test_only_dags_import_airflow_and_nobody_imports_dags(package):
    for path in modules(package):
        tops = {name.split(".")[0] for name in imported_packages(path)}
        assert not tops & {"airflow", "cosmos", "dags"}, path


def test_the_simulator_is_imported_by_the_verbs_that_play_it_alone():
    importers = [
        path.relative_to(ROOT).as_posix()
        for package in [*LAYERS, "warehouse"]
        for path in modules(package)
        if package != "simulator"
        and any(name.split(".")[0] == "simulator" for name in imported_packages(path))
    ]
    assert importers == ["warehouse/cli/demo.py", "warehouse/cli/simulate.py"]


def test_dbt_sees_no_plugin_where_there_is_none():
    assert not list((ROOT / "dbt_project").rglob("__init__.py"))
    assert not list((ROOT / "dags").glob("dbt_*.py"))
