"""`voc dbt | airflow | gate | publish`: single steps of the path, by hand."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from warehouse import dbt
from warehouse.cli.database import open_settings
from warehouse.cli.steps import console
from warehouse.settings import SettingsError


def run_dbt(
    context: typer.Context,
    target: Annotated[str, typer.Option(help="staging or analytics: which role.")] = "analytics",
) -> None:
    """Run dbt with this installation's connections.

    Examples:

      voc dbt build --select mart_nps

      voc dbt --target staging build --select staging
    """
    dbt.run(open_settings(), context.args, target=target, echo=True)


def run_airflow(context: typer.Context) -> None:
    """Run Airflow's own command line on this installation.

    Examples:

      voc airflow dags list-import-errors

      voc airflow backfill create --dag-id voc_nightly --from-date 2026-05-01 \\
        --to-date 2026-05-03 --dry-run
    """
    from warehouse import local_airflow

    raise typer.Exit(local_airflow.run_command(open_settings(), context.args))


def gate(
    name: Annotated[Literal["landing", "labels", "marts"], typer.Argument(help="Which one.")],
) -> None:
    """Run one Great Expectations gate again, on what stands now, for the newest run's record."""
    from expectations.gate import run_gate
    from warehouse.ledger import newest_run_id

    settings = open_settings()
    run_id = newest_run_id(settings)
    if run_id is None:
        raise SettingsError("no night has run yet: `make demo` or `voc run` first")
    report = run_gate(name, settings, run_id)
    for result in report.results:
        mark = "[green]✓[/green]" if result.is_success else f"[red]✗ {result.severity}[/red]"
        console.print(f"{mark} {result.suite}: {result.expectation} {result.observed or ''}")


def publish(
    rollback: Annotated[bool, typer.Option("--rollback", help="Take the last swap back.")] = False,
    allow_missing: Annotated[
        bool, typer.Option("--allow-missing", help="Let go a mart that readers have today.")
    ] = False,
) -> None:
    """Swap the built marts into the schema that readers see, or take the last swap back."""
    from warehouse.publish import publish as swap
    from warehouse.publish import rollback as swap_back

    settings = open_settings()
    if rollback:
        tables = swap_back(settings)
    else:
        tables = swap(settings, "publish__by_hand", allow_missing=allow_missing)
    console.print(f"{'Rolled back' if rollback else 'Published'}: {', '.join(tables)}")
