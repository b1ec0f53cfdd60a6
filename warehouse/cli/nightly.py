"""`voc run`: the nightly path without Airflow, stage by stage, with the code that the DAG calls."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from warehouse import dbt, ledger
from warehouse.cli.database import open_settings
from warehouse.cli.steps import Steps, console
from warehouse.settings import Settings

EXAMPLES = """
Examples:

  voc run                        everything: sources, labels, models, marts, publish

  voc run --skip-sources         rebuild from what has landed (after `voc import`)
"""


def newest_night(settings: Settings) -> date:
    """Return yesterday in the business's time zone: the newest complete day."""
    return datetime.now(ZoneInfo(settings.time_zone)).date() - timedelta(days=1)


def run_nightly(
    settings: Settings,
    run_id: str,
    night: date,
    steps: Steps,
    *,
    with_sources: bool = True,
    take_over: bool = False,
) -> None:
    """Walk the whole path once; a failure leaves yesterday's marts."""
    from expectations.gate import run_gate
    from identity import resolve
    from ingestion.landing import ensure_tables
    from ingestion.registry import load_all
    from nlp_jobs import batch
    from stat_jobs.registry import run_all
    from warehouse.publish import publish
    from warehouse.reconcile import reconcile

    ensure_tables(settings)
    ledger.start_run(settings, run_id, "voc_run", night, take_over=take_over)
    try:
        if with_sources:
            with steps.step("ingest sources") as step, ledger.stage(settings, run_id, "ingest"):
                load_all(settings, progress=step.count)
        with steps.step("gate: landing"), ledger.stage(settings, run_id, "gate_landing"):
            reconcile(settings, run_id, ["landed"])
            run_gate("landing", settings, run_id)
        with steps.step("dbt: reference and staging"):
            dbt.build(settings, "reference", run_id)
            dbt.build(settings, "staging", run_id)
            reconcile(settings, run_id, ["raw -> int_feedback"])
        with steps.step("customers to persons"), ledger.stage(settings, run_id, "identity"):
            resolve.run(settings)
        with steps.step("label feedback") as step, ledger.stage(settings, run_id, "annotate"):
            batch.run_all(settings, progress=step.update)
        with steps.step("gate: labels"), ledger.stage(settings, run_id, "gate_labels"):
            reconcile(settings, run_id, ["int_feedback -> nlp.documents"])
            run_gate("labels", settings, run_id)
        with steps.step("dbt: core"):
            dbt.build(settings, "core", run_id)
        with steps.step("statistics"), ledger.stage(settings, run_id, "statistics"):
            run_all(settings)
        with steps.step("dbt: marts"):
            dbt.build(settings, "marts", run_id)
        with steps.step("gate: marts"), ledger.stage(settings, run_id, "gate_marts"):
            reconcile(settings, run_id)
            run_gate("marts", settings, run_id)
        with steps.step("publish"), ledger.stage(settings, run_id, "publish"):
            publish(settings, run_id)
    except BaseException as failure:
        ledger.finish_run(settings, run_id, "failed", f"{type(failure).__name__}: {failure}")
        raise
    ledger.finish_run(settings, run_id, "success")


def run(
    skip_sources: Annotated[
        bool, typer.Option("--skip-sources", help="Do not ask the sources; use what has landed.")
    ] = False,
    take_over: Annotated[
        bool, typer.Option("--take-over", help="Go on although a run is open that has died.")
    ] = False,
    night: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The night's date; yesterday.")
    ] = None,
) -> None:
    """Run the nightly path here and now, without Airflow."""
    settings = open_settings()
    day = night.date() if night else newest_night(settings)
    steps = Steps()
    run_nightly(
        settings, f"cli__{day}", day, steps, with_sources=not skip_sources, take_over=take_over
    )
    steps.show()
    console.print("Published. See the dashboards (`voc status` shows where).")
