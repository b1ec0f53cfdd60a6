"""Compile the dashboard sources into the bundle that `bootstrap` imports.

    python superset_assets/build.py --out DIR [--manifest dbt_project/target/manifest.json]
    python superset_assets/build.py --check  [--manifest ...]

Data flow:
    datasets/*.yaml, dashboards/*.yaml, palette.yaml, viz_types.yaml
        -> read_sources()     typed objects
        -> find_problems()    any problem stops the build, exit code 1
        -> compile_bundle()   {path: document}, the same for the same sources
        -> write_bundle()     DIR/metadata.yaml, databases/, datasets/, charts/, dashboards/
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import Any

import yaml

sys.path.append(str(Path(__file__).resolve().parents[1]))  # so that it also runs as a plain file

from superset_assets.bundle_charts import compile_chart
from superset_assets.bundle_dashboards import compile_dashboard
from superset_assets.bundle_datasets import DATABASE_NAME, compile_database, compile_dataset
from superset_assets.contract import Contract, read_contract
from superset_assets.lint import find_problems
from superset_assets.sources import SourceError, Sources, read_sources

# a fixed date: the same sources give the same bytes
_METADATA = {"version": "1.0.0", "type": "assets", "timestamp": "2026-01-01T00:00:00+00:00"}


def compile_bundle(sources: Sources, contract: Contract | None = None) -> dict[str, Any]:
    """Every file of the bundle as {relative path: document}."""
    bundle: dict[str, Any] = {
        "metadata.yaml": _METADATA,
        f"databases/{DATABASE_NAME}.yaml": compile_database(),
    }
    for dataset in sources.datasets.values():
        path = f"datasets/{DATABASE_NAME}/{dataset.schema}__{dataset.table}.yaml"
        bundle[path] = compile_dataset(dataset, contract)
    for dashboard in sources.dashboards.values():
        for chart in dashboard.charts.values():
            bundle[f"charts/{dashboard.slug}/{chart.name}.yaml"] = compile_chart(
                dashboard, chart, sources.datasets[chart.dataset], sources
            )
        bundle[f"dashboards/{dashboard.slug}.yaml"] = compile_dashboard(dashboard, sources)
    return bundle


def write_bundle(bundle: dict[str, Any], out: Path) -> None:
    """Write the bundle to `out`, replacing an earlier bundle there.

    Raises FileExistsError rather than delete a folder that holds something else.
    """
    if out.exists() and any(out.iterdir()):
        if not (out / "metadata.yaml").is_file():
            raise FileExistsError(f"{out} is not empty and is not an earlier bundle")
        shutil.rmtree(out)
    for path, document in bundle.items():
        target = out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=100)
        target.write_text(text, encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line; return the exit code."""
    parser = argparse.ArgumentParser(description="Compile the dashboards into Superset's bundle.")
    parser.add_argument("--out", type=Path, help="folder to write the bundle to")
    parser.add_argument("--manifest", type=Path, help="dbt's target/manifest.json")
    parser.add_argument("--check", action="store_true", help="only look for problems")
    options = parser.parse_args(arguments)
    if not options.check and options.out is None:
        parser.error("give --out DIR, or --check")

    try:
        sources = read_sources()
        contract = read_contract(options.manifest) if options.manifest else None
    except (SourceError, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    problems = find_problems(sources, contract)
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        return 1
    if contract is None:
        print("no --manifest: types and descriptions of the marts are left out and not checked")

    bundle = compile_bundle(sources, contract)
    if options.out is not None:
        write_bundle(bundle, options.out)
    charts = sum(path.startswith("charts/") for path in bundle)
    counts = (len(sources.dashboards), charts, len(sources.datasets))
    print("{} dashboards, {} charts, {} datasets".format(*counts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
