"""Great Expectations on PostgreSQL: one session per gate, nothing written, nothing sent."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from expectations.report import CheckResult

_OBSERVED_LIMIT = 300  # characters
_TABLE_STANDS = "the table can be read"


@contextmanager
def open_datasource(url: str) -> Iterator[Any]:
    """Open an ephemeral context on a SQLAlchemy URL and yield its datasource."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    # its progress and store messages say nothing about our data
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    context = gx.get_context(
        mode="ephemeral",
        project_config=DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(),
            analytics_enabled=False,
            progress_bars=ProgressBarsConfig(globally=False),
        ),
    )
    datasource = context.data_sources.add_postgres(name="warehouse", connection_string=url)
    try:
        yield datasource
    finally:
        # two engines: one tests the connection, one computes
        datasource.get_execution_engine().close()
        datasource.get_engine().dispose()


def validate_suite(datasource: Any, name: str) -> list[CheckResult]:
    """Run the suite module `name` (`<schema>__<table>`) and return one result per check.

    A table that cannot be read is one failed critical check, not an exception.
    """
    module = import_module(f"expectations.suites.{name}")
    schema, table = name.split("__", maxsplit=1)
    scope: str | None = getattr(module, "SCOPE", None)
    try:
        if scope is None:
            asset = datasource.add_table_asset(name, schema_name=schema, table_name=table)
        else:
            asset = datasource.add_query_asset(name, query=scope)
        batch = asset.add_batch_definition_whole_table("all").get_batch()
    except Exception as failure:
        return [CheckResult(name, _TABLE_STANDS, "critical", False, _first_line(failure))]
    validation = batch.validate(module.build(), result_format="BASIC")
    return [
        CheckResult(name, _TABLE_STANDS, "critical", True, f"{schema}.{table}"),
        *(_parse_result(name, result) for result in validation.results),
    ]


def name_check(configuration: Any) -> str:
    """Return a check's name within its suite: its rule in words, else its type and columns."""
    if configuration.description:
        return str(configuration.description)
    column = configuration.kwargs.get("column")
    return f"{configuration.type}({column})" if column else str(configuration.type)


def _parse_result(suite: str, result: Any) -> CheckResult:
    configuration = result.expectation_config
    severity = getattr(configuration.severity, "value", configuration.severity) or "critical"
    notes = configuration.notes
    return CheckResult(
        suite=suite,
        expectation=name_check(configuration),
        severity=str(severity),
        is_success=bool(result.success),
        observed=_observed(result),
        notes="\n".join(notes) if isinstance(notes, list) else notes,
        next_step=(configuration.meta or {}).get("next_step"),
    )


def _observed(result: Any) -> str:
    """Say in counts what a check saw; values of rows stay out, they may be personal."""
    if message := _exception_message(result.exception_info or {}):
        return f"the check could not be computed: {message}"
    seen = result.result or {}
    if result.expectation_config.type == "unexpected_rows_expectation":
        return f"{seen.get('observed_value')} unexpected rows"
    if "unexpected_count" in seen:
        count, total = seen["unexpected_count"] or 0, seen.get("element_count") or 0
        return f"{count} unexpected of {total} rows"
    if mismatched := (seen.get("details") or {}).get("mismatched"):
        return f"missing columns {mismatched.get('missing', [])}"
    return str(seen.get("observed_value"))[:_OBSERVED_LIMIT]


def _exception_message(info: dict[str, Any]) -> str | None:
    """Find the message in either shape: one exception, or one per metric."""
    if "raised_exception" in info:
        return _first_line(info["exception_message"]) if info["raised_exception"] else None
    for nested in info.values():
        if isinstance(nested, dict) and (message := _exception_message(nested)):
            return message
    return None


def _first_line(failure: object) -> str:
    lines = str(failure).strip().splitlines() or [type(failure).__name__]
    return lines[0][:_OBSERVED_LIMIT]
