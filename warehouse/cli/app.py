"""The `voc` command: every verb, its help, and errors that say what to do next."""

from __future__ import annotations

import os
import sys

import typer

from warehouse.cli import (
    demo,
    evaluate,
    identity,
    landing,
    language,
    nightly,
    services,
    simulate,
    status,
    topics,
    warehouse_steps,
)
from warehouse.cli.steps import errors

app = typer.Typer(
    name="voc",
    help="Voice-of-Customer warehouse 客户之声数据仓库. `make demo` starts everything.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

LOCAL = "Local installation"
PATH = "The nightly path"
DATA = "Your data"

app.command(rich_help_panel=LOCAL)(demo.demo)
app.command(rich_help_panel=LOCAL)(services.up)
app.command(rich_help_panel=LOCAL)(services.stop)
app.command(rich_help_panel=LOCAL)(services.clean)
app.command(rich_help_panel=LOCAL)(status.status)
app.command(rich_help_panel=LOCAL)(status.doctor)
app.command(rich_help_panel=LOCAL)(services.dashboards)
app.command(rich_help_panel=LOCAL)(simulate.simulate)
app.command("run", rich_help_panel=PATH, epilog=nightly.EXAMPLES)(nightly.run)
app.command(rich_help_panel=PATH)(landing.ingest)
app.command(
    "dbt",
    rich_help_panel=PATH,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)(warehouse_steps.run_dbt)
app.command(
    "airflow",
    rich_help_panel=PATH,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)(warehouse_steps.run_airflow)
app.command(rich_help_panel=PATH)(warehouse_steps.gate)
app.command(rich_help_panel=PATH)(warehouse_steps.publish)
app.command("import", rich_help_panel=DATA)(landing.import_file)
app.command(rich_help_panel=DATA)(landing.mappings)
app.command(rich_help_panel=DATA)(language.annotate)
app.command(rich_help_panel=DATA)(evaluate.evaluate)
app.add_typer(landing.quarantine, name="quarantine", rich_help_panel=DATA)
app.add_typer(language.taxonomy, name="taxonomy", rich_help_panel=DATA)
app.add_typer(identity.identity, name="identity", rich_help_panel=DATA)
app.add_typer(topics.topics, name="topics", rich_help_panel=DATA)


def main() -> None:
    """Run the command; an error is one message and exit code 1 (VOC_DEBUG=1: a traceback)."""
    try:
        app()
    except Exception as failure:
        if os.environ.get("VOC_DEBUG"):
            raise
        errors.print(f"[bold red]{type(failure).__name__}[/bold red]", end=" ")
        errors.print(str(failure), markup=False)
        sys.exit(1)
