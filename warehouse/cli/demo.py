"""`voc demo`: from nothing to dashboards on the simulated company, in one go."""

from __future__ import annotations

import json
import os
import time
from datetime import date, timedelta
from typing import Annotated

import typer
from rich.panel import Panel
from rich.table import Table

from warehouse import dbt, local_airflow, local_stack, local_superset
from warehouse.cli.nightly import newest_night
from warehouse.cli.services import start_and_wait, start_web_source
from warehouse.cli.steps import StepProgress, Steps, console
from warehouse.local_airflow import AirflowClient
from warehouse.postgres import connect
from warehouse.processes import ServiceError
from warehouse.settings import Settings

DAG_ID = "voc_nightly"
RUN_SECONDS = 1800
# the list of all task instances costs the API server a quarter of a second
POLL_SECONDS = 3
# states of a task instance that has nothing left to do
DONE = {"success", "skipped", "failed", "upstream_failed", "removed"}


def demo(
    serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Keep the services running at the end.")
    ] = True,
    feedback: Annotated[int, typer.Option(min=500, help="How much feedback to simulate.")] = 20000,
    years: Annotated[int, typer.Option(min=1, max=10, help="How many years of it.")] = 3,
    seed: Annotated[int, typer.Option(help="The same seed gives the same company.")] = 20,
) -> None:
    """Start everything, load the simulated company's history, run the newest night, show it.

    Examples:

      voc demo                             20,000 feedback over 3 years, then serve

      voc demo --no-serve                  the same, then stop (for CI)

      voc demo --feedback 5000 --years 1   a small one
    """
    steps = Steps()
    for name, seconds in json.loads(os.environ.get("VOC_EARLIER_STEPS", "{}")).items():
        steps.add(name, float(seconds))
    with steps.step("PostgreSQL, roles, migrations"):
        settings = local_stack.prepare_state()
        local_stack.start_database(settings)
    local_superset.require_environment(settings)
    night = simulate(settings, steps, feedback=feedback, years=years, seed=seed)
    with steps.step("dbt: read the project"):
        dbt.parse(settings)
    bootstrap = local_superset.start_bootstrap(settings)
    with steps.step("load history from the sources") as step:
        load_history(settings, night, step)
    with steps.step("Superset: metadata, dashboards, roles (in parallel)"):
        local_superset.finish_bootstrap(settings, bootstrap)
    with steps.step("Airflow's metadata"):
        local_airflow.prepare(settings)
    start_and_wait(settings, local_airflow.processes(settings), steps, "Airflow: start")
    with steps.step(f"Airflow: {DAG_ID} for {night}") as step:
        run_dag(settings, night, step)
    start_and_wait(settings, [local_superset.process(settings)], steps, "Superset: start")
    steps.show()
    show_summary(settings, night)
    if not serve:
        local_stack.stop(settings)
        console.print("All services stopped (started without serving). `make demo` serves.")


def simulate(settings: Settings, steps: Steps, *, feedback: int, years: int, seed: int) -> date:
    """Build the company once, open its CRM, call folder and web API; return its last night."""
    from simulator import company

    plan_file = settings.company_dir / "demo-plan.json"
    asked = {"feedback": feedback, "years": years, "seed": seed}
    if plan_file.exists():
        known = json.loads(plan_file.read_text())
        night = date.fromisoformat(known.pop("end"))
        if known != asked:
            raise ServiceError(
                f"this installation already holds a company of {known}: "
                "`voc clean` removes it, then another one can be simulated"
            )
        if company.read_plan(settings.company_dir)["format_version"] != company.FORMAT_VERSION:
            raise ServiceError(
                "this installation's company was simulated by another version, whose sources lack "
                "tables that are loaded now: `voc clean` removes it, then start again"
            )
    else:
        night = newest_night(settings)
        plan = company.Plan(feedback=feedback, years=years, seed=seed, end=night)
        with steps.step("simulate the company") as step:
            company.build(plan, settings.company_dir, progress=step.update)
        plan_file.write_text(json.dumps(asked | {"end": night.isoformat()}))
    with steps.step("source systems: CRM, call files, web API"):
        if not (settings.company_dir / "clock.json").exists():
            reveal(settings, night - timedelta(days=1))
        start_web_source(settings)
    return night


def reveal(settings: Settings, through: date) -> None:
    """Advance the company's clock to the end of a day."""
    from simulator import company

    crm_url = settings.database_url("crm_source_owner", database="crm_source")
    company.reveal(settings.company_dir, through, crm_url)


def load_history(settings: Settings, night: date, step: StepProgress) -> None:
    """Land what the sources hold up to the night before, then let them reveal the newest."""
    from ingestion.landing import ensure_tables
    from ingestion.registry import load_all

    ensure_tables(settings)
    load_all(settings, progress=step.count)
    reveal(settings, night)


def run_dag(settings: Settings, night: date, step: StepProgress) -> None:
    """Run the nightly DAG on the running scheduler unless this night has been published already."""
    run_id = f"demo__{night}"
    if is_published(settings, run_id):
        return
    client = AirflowClient(settings)
    client.wait_for_dag(DAG_ID)
    client.trigger(DAG_ID, run_id, {"night": night.isoformat()})
    deadline = time.monotonic() + RUN_SECONDS
    while True:
        state = client.run_state(DAG_ID, run_id)
        if state == "success" and is_published(settings, run_id):
            return
        tasks = client.task_instances(DAG_ID, run_id)
        finished = sum(task["state"] in DONE for task in tasks)
        running = [task["task_display_name"] for task in tasks if task["state"] == "running"]
        step.update(finished, len(tasks), note=", ".join(running[:2]))
        if state in {"success", "failed"}:
            raise ServiceError(_explain_failure(client, settings, run_id, tasks))
        if time.monotonic() > deadline:
            raise ServiceError(
                f"{DAG_ID} has not ended within {RUN_SECONDS} s; see "
                f"{local_airflow.base_url(settings)}/dags/{DAG_ID}/runs/{run_id}"
            )
        time.sleep(POLL_SECONDS)


def is_published(settings: Settings, run_id: str) -> bool:
    """Has this run ended well and reached the readers?"""
    with connect("voc_modeler", settings) as connection:
        found = connection.execute(
            "select 1 from ops.runs where run_id = %s and status = 'success'", (run_id,)
        ).fetchone()
    return found is not None


def _explain_failure(
    client: AirflowClient, settings: Settings, run_id: str, tasks: list[dict]
) -> str:
    failed = [task for task in tasks if task["state"] == "failed"]
    parts = [f"{DAG_ID} failed for run {run_id}."]
    for task in failed[:3]:
        parts.append(f"Task {task['task_id']} (map index {task['map_index']}):")
        parts.append(client.task_log_tail(DAG_ID, run_id, task))
    parts.append("Next: docs/runbook.md, or `voc doctor`.")
    return "\n".join(parts)


def show_summary(settings: Settings, night: date) -> None:
    """Print what was loaded, where to look, and the generated accounts."""
    with connect("voc_modeler", settings) as connection:
        rows = connection.execute(
            "select source_slug, count(*), min(occurred_date), max(occurred_date) "
            "from core.fct_feedback group by source_slug order by source_slug"
        ).fetchall()
        counted = connection.execute("select count(*) from core.fct_opinion_unit").fetchone()
        units = counted[0] if counted else 0
    loaded = Table(title=f"Feedback in the warehouse, night of {night}", title_justify="left")
    for column, justify in (
        ("source", "left"),
        ("rows", "right"),
        ("from", "left"),
        ("to", "left"),
    ):
        loaded.add_column(column, justify=justify)  # type: ignore[arg-type]
    for source, count, first, last in rows:
        loaded.add_row(source, f"{count:,}", str(first), str(last))
    total = sum(count for _, count, _, _ in rows)
    loaded.add_row("[bold]all[/bold]", f"[bold]{total:,}[/bold]", f"{units:,} opinion units", "")
    console.print(loaded)
    superset, airflow = local_superset.base_url(settings), local_airflow.base_url(settings)
    lines = [f"[bold]Superset[/bold]  {superset}"]
    lines += [f"  {superset}/superset/dashboard/{slug}/" for slug in local_superset.DASHBOARDS]
    lines += [
        f"  admin   {settings.secret('superset_admin_password')}",
        f"  viewer  {settings.secret('superset_viewer_password')}",
        f"[bold]Airflow[/bold]   {airflow}",
        f"  {local_airflow.ADMIN}   {settings.secret('airflow_admin_password')}",
        f"[bold]PostgreSQL[/bold] 127.0.0.1:{settings.pg_port}, database {settings.pg_database}",
        f"  passwords: {settings.state_dir / 'secrets.json'}",
        "",
        "Stop: make stop   Remove: make clean   State: .venv/bin/voc status",
        "Your own data: .venv/bin/voc import FILE --mapping NAME --refresh",
    ]
    panel = Panel("\n".join(lines), title="Voice-of-Customer warehouse", expand=False)
    console.print(panel, soft_wrap=False)
