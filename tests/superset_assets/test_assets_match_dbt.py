"""No chart can show a column that dbt does not promise."""

from __future__ import annotations

from pathlib import Path

import pytest

from superset_assets.lint import find_problems
from superset_assets.sources import read_sources

ROOT = Path(__file__).resolve().parent.parent.parent
MARTS = sorted(path.stem for path in (ROOT / "superset_assets" / "datasets").glob("marts__*.yaml"))


def test_there_are_datasets_to_compare():
    assert len(MARTS) == 40


@pytest.mark.parametrize("stem", MARTS)
def test_dataset_shows_only_columns_that_dbt_promises(stem, contract, sources):
    schema, _, table = stem.partition("__")
    dataset = sources.datasets[f"{schema}.{table}"]
    stored = {name for name, column in dataset.columns.items() if column.expression is None}

    assert stored <= contract[table].columns.keys(), stored - contract[table].columns.keys()


def test_every_shown_column_is_described_and_typed_by_dbt(contract, sources):
    for dataset in sources.datasets.values():
        if not dataset.is_described_by_dbt:
            continue
        for name, column in dataset.columns.items():
            if column.expression is None:
                promised = contract[dataset.table].columns[name]
                assert promised.data_type, f"{dataset.table}.{name} has no type"
                assert promised.description, f"{dataset.table}.{name} has no description"


def test_the_lint_agrees_with_dbt(contract):
    assert find_problems(read_sources(), contract) == []
