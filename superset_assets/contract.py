"""What dbt promises about the marts, read from its manifest: one definition for SQL and charts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class PromisedColumn:
    """Type (upper case) and description of one column."""

    data_type: str
    description: str


@dataclass(frozen=True)
class PromisedTable:
    """One model with an enforced contract."""

    description: str
    columns: dict[str, PromisedColumn]


Contract = dict[str, PromisedTable]  # keyed by model name: the schema differs while a mart is built


def read_contract(manifest: Path) -> Contract:
    """Read every model with an enforced contract from dbt's `target/manifest.json`.

    Raises FileNotFoundError when dbt has not written it yet, ValueError when it is no manifest.
    """
    document = json.loads(manifest.read_text(encoding="utf-8"))
    if "nodes" not in document:
        raise ValueError(f"{manifest} is not a dbt manifest: it has no nodes")
    return {
        node["name"]: PromisedTable(
            description=node.get("description") or "",
            columns={
                name: PromisedColumn(
                    data_type=(column.get("data_type") or "").upper(),
                    description=column.get("description") or "",
                )
                for name, column in node["columns"].items()
            },
        )
        for node in document["nodes"].values()
        if node["resource_type"] == "model"
        and node["config"].get("contract", {}).get("enforced", False)
    }
