"""`voc up | stop | clean`: the local installation's services."""

from __future__ import annotations

import shutil
import time
from typing import Annotated

import typer

from warehouse import dbt, local_airflow, local_stack, local_superset, processes
from warehouse.cli.database import open_settings
from warehouse.cli.steps import Steps, console
from warehouse.credentials import write_private
from warehouse.local_postgres import LocalPostgresError
from warehouse.processes import Process
from warehouse.settings import Settings, SettingsError, load_settings


def start_web_source(settings: Settings) -> None:
    """Start the simulated company's web API; it reads its token from a private file."""
    token = settings.secret("web_source_token")
    write_private(settings.state_dir / "web_source_token", token)
    process = local_stack.web_source(settings)
    processes.start(settings, process)
    processes.wait_until_healthy(settings, process)


def start_and_wait(settings: Settings, wanted: list[Process], steps: Steps, name: str) -> None:
    """Start several processes at once and wait until all of them answer."""
    with steps.step(name):
        for process in wanted:
            processes.start(settings, process)
        for process in wanted:
            processes.wait_until_healthy(settings, process)


def up(
    only_database: Annotated[
        bool, typer.Option("--only-database", help="Start PostgreSQL alone.")
    ] = False,
) -> None:
    """Start the services of this installation that do not run: PostgreSQL, Airflow, Superset.

    Examples:

      voc up

      voc up --only-database
    """
    steps = Steps()
    with steps.step("PostgreSQL, roles, migrations"):
        settings = local_stack.prepare_state()
        local_stack.start_database(settings)
    if not only_database:
        if (settings.company_dir / "clock.json").exists():
            with steps.step("simulated company's web API"):
                start_web_source(settings)
        with steps.step("Airflow's metadata"):
            local_airflow.prepare(settings)
        start_and_wait(settings, local_airflow.processes(settings), steps, "Airflow")
        local_superset.require_environment(settings)
        start_and_wait(settings, [local_superset.process(settings)], steps, "Superset")
    steps.show()


def dashboards() -> None:
    """Compile the dashboards from their sources and bring Superset in line with them.

    Charts that left the sources are removed. Superset may run meanwhile; reload the page.

    Examples:

      voc dashboards
    """
    settings = open_settings()
    steps = Steps()
    with steps.step("dbt: read the project"):
        dbt.parse(settings)
    with steps.step("Superset: metadata, dashboards, roles"):
        local_superset.finish_bootstrap(settings, local_superset.start_bootstrap(settings))
    console.print(
        f"{len(local_superset.DASHBOARDS)} dashboards at {local_superset.base_url(settings)}"
    )


def stop() -> None:
    """Stop every service of this installation; data stays. `voc up` starts them again."""
    settings = load_settings()
    started = time.monotonic()
    stopped = local_stack.stop(settings) if settings.pg_port else []
    names = ", ".join(stopped) if stopped else "nothing was running"
    console.print(f"Stopped: {names} ({time.monotonic() - started:.1f} s)")


def clean(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Stop every service and delete the databases, logs, passwords and the simulated company."""
    settings = load_settings()
    if not settings.state_dir.exists():
        console.print("Nothing to clean.")
        return
    if not yes:
        typer.confirm(f"Delete everything under {settings.state_dir}?", abort=True)
    try:
        local_stack.clean(settings)
    except (LocalPostgresError, SettingsError) as broken:
        # half an installation is still to be removed
        console.print(f"[yellow]{broken}[/yellow]")
        shutil.rmtree(settings.state_dir, ignore_errors=True)
    console.print(f"Removed {settings.state_dir}")
