"""Ask a running Superset for the data of every chart, as one account. No browser needed.

    SUPERSET_PASSWORD=... python superset_assets/check_charts.py --user viewer [--json]

A chart fails when its query fails or brings no rows, unless its source says `may_be_empty`. The
exit code is 1 when any chart fails or a dashboard is missing. Runs with any Python.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent
sys.path.append(str(_HERE.parent))  # so that it also runs as a plain file

from superset_assets.rest_client import RestClient, RestError  # noqa: E402

MAY_BE_EMPTY = "voc_may_be_empty"  # written by bundle_charts, which needs PyYAML


@dataclass(frozen=True)
class ChartResult:
    """What the account got for one chart."""

    dashboard: str
    chart: str
    row_count: int
    seconds: float
    problem: str | None  # null: fine


def list_slugs() -> list[str]:
    """The dashboards that must exist: one per source file."""
    return sorted(path.stem for path in (_HERE / "dashboards").glob("*.yaml"))


def iter_results(client: RestClient, slug: str) -> Iterator[ChartResult]:
    """Yield the result of each chart of one dashboard, past the cache."""
    try:
        charts = client.get(f"/dashboard/{slug}/charts")["result"]
    except RestError as error:
        yield ChartResult(slug, "", 0, 0.0, str(error))
        return
    if not charts:
        yield ChartResult(slug, "", 0, 0.0, "the dashboard has no charts")
    for chart in charts:
        started = time.monotonic()
        row_count, problem = 0, None
        try:
            answer = client.get(f"/chart/{chart['id']}/data/?force=true")
            row_count, problem = judge_answer(
                answer, bool(chart["form_data"].get(MAY_BE_EMPTY, False))
            )
        except RestError as error:
            problem = str(error)
        seconds = round(time.monotonic() - started, 3)
        yield ChartResult(slug, chart["slice_name"], row_count, seconds, problem)


def judge_answer(answer: dict[str, Any], may_be_empty: bool) -> tuple[int, str | None]:
    """(rows of the smallest query, problem or null) of one answer of the chart data API.

    A total over nothing comes back as one row of nulls, so a row counts when it holds a value.
    """
    queries = answer.get("result") or []
    if not queries:
        return 0, "no query was run"
    row_count = min(
        sum(any(value is not None for value in row.values()) for row in query.get("data") or [])
        for query in queries
    )
    for query in queries:
        if query.get("error") or query.get("status") != "success":
            return row_count, str(query.get("error") or query.get("status"))[:300]
    if row_count == 0 and not may_be_empty:
        return 0, "no rows"
    return row_count, None


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line; return the exit code."""
    parser = argparse.ArgumentParser(
        description="Check that every chart returns rows.",
        epilog="The password comes from the environment: SUPERSET_PASSWORD.",
    )
    parser.add_argument("--url", default="http://127.0.0.1:8088", help="where Superset answers")
    parser.add_argument("--user", default="admin", help="the account to look as")
    parser.add_argument("--dashboard", action="append", help="slug; default: all")
    parser.add_argument("--json", action="store_true", help="print every result as JSON")
    options = parser.parse_args(arguments)
    if not os.environ.get("SUPERSET_PASSWORD"):
        parser.error("the environment lacks SUPERSET_PASSWORD")

    try:
        client = RestClient.log_in(options.url, options.user, os.environ["SUPERSET_PASSWORD"])
    except RestError as error:
        print(error, file=sys.stderr)
        return 1
    slugs = options.dashboard or list_slugs()
    results = [result for slug in slugs for result in iter_results(client, slug)]
    failed = [result for result in results if result.problem is not None]
    for result in failed:
        print(f"{result.dashboard} {result.chart}: {result.problem}", file=sys.stderr)
    if options.json:
        document = {"user": options.user, "charts": [asdict(result) for result in results]}
        print(json.dumps(document, ensure_ascii=False, indent=1))
    else:
        print(f"{options.user}: {len(results)} charts checked, {len(failed)} failed")
    return 1 if failed or not results else 0


if __name__ == "__main__":
    sys.exit(main())
