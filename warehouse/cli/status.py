"""`voc status` and `voc doctor`: how things stand, what is wrong, how to mend it."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Annotated, Any

import psycopg
import typer
from psycopg import sql
from rich.table import Table

from warehouse import (
    dbt,
    local_airflow,
    local_postgres,
    local_stack,
    local_superset,
    migrate,
    processes,
)
from warehouse.cli.steps import console
from warehouse.local_postgres import LocalPostgresError
from warehouse.settings import Settings, SettingsError, load_settings

VERSIONED = (
    "apache-airflow",
    "astronomer-cosmos",
    "dbt-core",
    "great-expectations",
    "dlt",
    "spacy",
)
HIDDEN_SCHEMAS = ("pg_catalog", "information_schema", "pg_toast")


def collect(settings: Settings) -> dict[str, Any]:
    """Return services, versions, tables with row counts, the last run and its failed checks.

    A stopped embedded database is started for the look and stopped again.
    """
    report: dict[str, Any] = {
        "services": _services(settings),
        "versions": {"python": sys.version.split()[0]}
        | {name: version(name) for name in VERSIONED},
        "urls": {
            "superset": local_superset.base_url(settings),
            "airflow": local_airflow.base_url(settings),
        },
        "tables": {},
        "last_run": None,
        "gates": [],
        "quarantine": [],
        "label_drift": [],
    }
    try:
        with (
            local_postgres.running(settings),
            psycopg.connect(settings.database_url("voc_admin"), connect_timeout=5) as connection,
        ):
            report["versions"]["postgresql"] = connection.info.parameter_status("server_version")
            report["tables"] = _row_counts(connection)
            report["migration"] = migrate.current_version(settings)
            if report["migration"]:
                report |= _ledger(connection)
            if "stats.label_drift" in report["tables"]:
                report["label_drift"] = _moved_labels(connection)
    except (psycopg.OperationalError, LocalPostgresError, SettingsError) as unreachable:
        report["error"] = f"PostgreSQL does not answer: {str(unreachable).strip()}"
    return report


def _services(settings: Settings) -> dict[str, str]:
    if not settings.pg_port:
        return {}
    try:
        is_up = local_postgres.locate(settings).is_running()
    except LocalPostgresError:
        is_up = False
    states = {"postgresql": f"running on port {settings.pg_port}" if is_up else "stopped"}
    for process in local_stack.local_processes(settings):
        found = processes.find(settings, process.name)
        if found is None:
            states[process.name] = "stopped"
        elif processes.is_healthy(process):
            states[process.name] = f"running (pid {found.pid})"
        else:
            states[process.name] = f"does not answer (pid {found.pid})"
    return states


def _row_counts(connection: psycopg.Connection[Any]) -> dict[str, int]:
    names = connection.execute(
        "select schemaname, tablename from pg_tables "
        "where schemaname <> all(%s) order by schemaname, tablename",
        (list(HIDDEN_SCHEMAS),),
    ).fetchall()
    counts = {}
    for schema, table in names:
        found = connection.execute(
            sql.SQL("select count(*) from {}").format(sql.Identifier(schema, table))
        ).fetchone()
        assert found is not None
        counts[f"{schema}.{table}"] = found[0]
    return counts


def _ledger(connection: psycopg.Connection[Any]) -> dict[str, Any]:
    run = connection.execute(
        "select run_id, dag_id, night, status, started_at, ended_at, detail "
        "from ops.runs order by started_at desc limit 1"
    ).fetchone()
    if run is None:
        return {}
    names = ("run_id", "dag_id", "night", "status", "started_at", "ended_at", "detail")
    gates = connection.execute(
        "select gate, count(*), count(*) filter (where not is_success), "
        "string_agg(suite || ' ' || expectation, '; ') "
        "    filter (where not is_success and severity = 'critical') "
        "from ops.gate_results where run_id = %s group by gate order by gate",
        (run[0],),
    ).fetchall()
    quarantine = connection.execute(
        "select source_slug, entity, reason_code, count(*) from ops.quarantine "
        "where status = 'open' group by 1, 2, 3 order by 4 desc, 1, 2, 3"
    ).fetchall()
    gate_names = ("gate", "checks", "failed", "failed_critical")
    quarantine_names = ("source", "entity", "reason", "rows")
    return {
        "last_run": dict(zip(names, run, strict=True)),
        "gates": [dict(zip(gate_names, row, strict=True)) for row in gates],
        "quarantine": [dict(zip(quarantine_names, row, strict=True)) for row in quarantine],
    }


def _moved_labels(connection: psycopg.Connection[Any]) -> list[dict[str, Any]]:
    """Return the labels whose mix moved in the newest week that was judged, largest move first."""
    names = ("week", "scope", "label", "verdict", "psi", "moved_value", "share_before", "share_now")
    rows = connection.execute(
        "select week, scope_slug, label, verdict, round(psi::numeric, 3), moved_value, "
        "round(share_before::numeric, 3), round(share_now::numeric, 3) "
        "from stats.label_drift "
        "where verdict like 'moved%' and week = (select max(week) from stats.label_drift) "
        "order by psi desc, scope_slug, label"
    ).fetchall()
    return [dict(zip(names, row, strict=True)) for row in rows]


def status(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show services, versions, tables with row counts, the last run, its gates, moved labels.

    Examples:

      voc status

      voc status --json | jq '.tables["core.fct_feedback"]'
    """
    report = collect(load_settings())
    if as_json:
        print(json.dumps(report, ensure_ascii=False, indent=1, default=str))
        return
    _show_pairs("Services", report["services"] or {"(none)": "run `voc up` or `make demo`"})
    _show_pairs("Versions", report["versions"])
    if "error" in report:
        console.print(f"[red]{report['error']}[/red]")
        raise typer.Exit(1)
    _show_pairs("Rows", {name: f"{count:,}" for name, count in report["tables"].items()})
    if report["last_run"]:
        run = report["last_run"]
        _show_pairs("Last run", {key: value for key, value in run.items() if value is not None})
    _show_rows("Gates", report["gates"])
    _show_rows("Quarantine (open)", report["quarantine"])
    _show_rows("Labels whose mix moved in the newest week", report["label_drift"])


def _show_pairs(title: str, pairs: dict[str, Any]) -> None:
    table = Table(title=title, title_justify="left", show_header=False, box=None)
    for name, value in pairs.items():
        table.add_row(name, str(value))
    console.print(table, "")


def _show_rows(title: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    table = Table(*rows[0], title=title, title_justify="left", box=None)
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    console.print(table, "")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, whether it is well, and what mends it."""

    check: str
    is_well: bool
    detail: str
    mend: str = ""


def examine(settings: Settings) -> list[Finding]:
    """Look at everything that the nightly path needs, from the ground up."""
    findings = [
        _secrets_finding(settings),
        _superset_finding(settings),
        _manifest_finding(settings),
    ]
    report = collect(settings)
    for name, state in report["services"].items():
        findings.append(
            Finding(
                f"service {name}", state.startswith("running"), state, "voc up (log: .voc/logs/)"
            )
        )
    if "error" in report:
        findings.append(Finding("database", False, report["error"], "voc up --only-database"))
        return findings
    have, want = report["migration"], migrate.expected_version()
    findings.append(Finding("migrations", have == want, f"has {have}, expects {want}", "voc up"))
    run = report["last_run"]
    if run is None:
        findings.append(Finding("last run", False, "no night has run yet", "make demo, or voc run"))
    else:
        is_well = run["status"] == "success"
        text = f"{run['run_id']}: {run['status']} {run['detail'] or ''}".strip()
        findings.append(Finding("last run", is_well, text, "docs/runbook.md, then voc run"))
    for gate in report["gates"]:
        text = gate["failed_critical"] or f"{gate['checks']} checks, {gate['failed']} warnings"
        mend = "voc quarantine list; docs/runbook.md"
        findings.append(Finding(f"gate {gate['gate']}", not gate["failed_critical"], text, mend))
    return findings


def _secrets_finding(settings: Settings) -> Finding:
    path = settings.state_dir / "secrets.json"
    if not path.exists():
        return Finding("secrets", False, f"{path} is missing", "voc up")
    mode = path.stat().st_mode & 0o777
    return Finding("secrets", mode == 0o600, f"{path} has mode {mode:o}", f"chmod 600 {path}")


def _superset_finding(settings: Settings) -> Finding:
    python = local_superset.python(settings)
    return Finding("Superset environment", python.exists(), str(python), "make env")


def _manifest_finding(settings: Settings) -> Finding:
    path = dbt.manifest_path(settings)
    return Finding("dbt manifest", path.exists(), str(path), "voc dbt parse")


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Say what is wrong and how to mend it; exit code 1 when something is.

    Examples:

      voc doctor
    """
    findings = examine(load_settings())
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            mark = "[green]✓[/green]" if finding.is_well else "[red]✗[/red]"
            console.print(f"{mark} {finding.check}: {finding.detail}")
            if not finding.is_well and finding.mend:
                console.print(f"    mend: [bold]{finding.mend}[/bold]")
    if not all(finding.is_well for finding in findings):
        raise typer.Exit(1)
