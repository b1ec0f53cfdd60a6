"""
### voc_nightly

The whole path of one night: sources → landing gate → staging → labels → label gate → core →
statistics → marts → exit gate → publish. Readers see the new night only after the last step, in
one swap; a night that fails leaves yesterday's marts in place and says so on 数据健康 Data health.

Every task may be re-run at any time: each stage brings its tables to the state that its input
says, so a second run changes no row and no figure.

**Triage:** open the first red task from the left; its log ends with the cause and the next step.

* `ingest.load_source`: a source did not answer. Other sources have landed. Clear the task once it
  answers again; it takes up where it stopped.
* `gate_*`: the data is not safe to go on with. `voc status` lists the failed checks;
  `voc quarantine list` shows rejected records with their reasons.
* a dbt model or test: the task bears its name; `voc dbt build --select <model>` runs it alone.
* `annotate.annotate_batch`: one batch of texts; clear that map index alone.
* `publish`: nothing was swapped. Clear the task.

More in `docs/runbook.md`.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from airflow.sdk import Param, dag, get_current_context, task, task_group
from airflow.timetables.trigger import CronTriggerTimetable

from dags.defaults import BUSINESS_ZONE, DAG_DEFAULTS
from dags.model_groups import make_dbt_group
from dags.tags import Tag
from warehouse.settings import load_settings


def night_of(context: dict[str, Any]) -> date:
    """Return the night that a run is for: its parameter, else the day before it started."""
    chosen = context["params"].get("night")
    if chosen:
        return date.fromisoformat(chosen)
    started = context.get("logical_date") or context["dag_run"].run_after
    return started.astimezone(BUSINESS_ZONE).date() - timedelta(days=1)


# a backfill does not count as an active run: a night that comes due beside one waits its turn
@task(retries=36, retry_delay=timedelta(minutes=5), retry_exponential_backoff=False)
def open_run() -> None:
    """Open the night in the ledger and make sure that every landing table is there.

    While another run is open it fails and tries again, for three hours.
    """
    from ingestion.landing import ensure_tables
    from warehouse import ledger

    context = get_current_context()
    settings = load_settings()
    ensure_tables(settings)
    ledger.start_run(settings, context["run_id"], "voc_nightly", night_of(context))


@task
def close_run() -> None:
    """Say in the ledger how the night ended; runs whatever happened before."""
    from warehouse import ledger
    from warehouse.postgres import connect

    settings = load_settings()
    run_id = get_current_context()["run_id"]
    with connect("voc_modeler", settings) as connection:
        published = connection.execute(
            "select 1 from ops.stage_runs "
            "where run_id = %s and stage = 'publish' and status = 'success'",
            (run_id,),
        ).fetchone()
        failed = connection.execute(
            "select string_agg(stage || ': ' || coalesce(detail, ''), E'\\n' order by started_at) "
            "from ops.stage_runs where run_id = %s and status = 'failed'",
            (run_id,),
        ).fetchone()
    detail = failed[0] if failed else None
    ledger.finish_run(settings, run_id, "success" if published else "failed", detail)


@task_group
def ingest() -> None:
    """Read every configured source from its watermark on; sources do not wait for each other."""

    @task
    def list_sources() -> list[str]:
        """Return the sources of `config/sources.yml`."""
        from ingestion.registry import list_sources as configured

        return configured(load_settings())

    @task(map_index_template="{{ source_slug }}", max_active_tis_per_dagrun=2)
    def load_source(source: str) -> dict[str, Any]:
        """Land what is new in one source; what does not fit its contract goes to quarantine."""
        from ingestion import registry
        from warehouse import ledger

        context = get_current_context()
        context["source_slug"] = source  # type: ignore[typeddict-unknown-key]
        settings = load_settings()
        with ledger.stage(settings, context["run_id"], f"ingest_{source}"):
            report = registry.load_source(settings, source)
        return {
            "rows_read": report.rows_read,
            "rows_landed": report.rows_landed,
            "rows_quarantined": report.rows_quarantined,
        }

    load_source.expand(source=list_sources())


@task
def load_reference() -> None:
    """Load the vocabularies of `config/` (dbt seeds): what a slug may be, and its names."""
    from warehouse import dbt

    dbt.build(load_settings(), "reference", get_current_context()["run_id"])


@task
def check_gate(gate: str, equations: list[str]) -> int:
    """Reconcile a stage with the one before, then run its gate; return how many checks ran."""
    from expectations.gate import run_gate
    from warehouse import ledger
    from warehouse.reconcile import reconcile

    settings = load_settings()
    run_id = get_current_context()["run_id"]
    with ledger.stage(settings, run_id, f"gate_{gate}"):
        reconcile(settings, run_id, equations)
        return len(run_gate(gate, settings, run_id).results)


@task_group
def annotate() -> None:
    """Label every text that is new or changed, in batches that more workers share."""

    @task
    def plan_batches() -> list[dict[str, Any]]:
        """Cut the unlabelled feedback into batches."""
        from nlp_jobs import batch

        settings = load_settings()
        return batch.plan_batches(settings, settings.batch_size)

    @task(max_active_tis_per_dagrun=2)
    def annotate_batch(batch: dict[str, Any]) -> dict[str, int]:
        """Clean, redact, split and label one batch of texts."""
        from nlp_jobs.batch import run_batch

        return run_batch(load_settings(), batch)

    @task(trigger_rule="none_failed")
    def weigh_duplicates() -> dict[str, int]:
        """Mark duplicate clusters, set weights, drop labels of feedback that is gone."""
        from nlp_jobs import batch

        return batch.finish(load_settings())

    annotate_batch.expand(batch=plan_batches()) >> weigh_duplicates()


@task
def resolve_persons() -> dict[str, Any]:
    """Find the customer records that are one person; does nothing when none has changed."""
    from identity import resolve
    from warehouse import ledger

    settings = load_settings()
    with ledger.stage(settings, get_current_context()["run_id"], "identity"):
        report = resolve.run(settings)
    return {"records": report.record_count, "persons": report.person_count}


@task
def compute_statistics() -> dict[str, Any]:
    """Compute what SQL cannot say well: trends, lifts, journey flags, each with its error."""
    from stat_jobs.registry import run_all
    from warehouse import ledger

    settings = load_settings()
    with ledger.stage(settings, get_current_context()["run_id"], "statistics"):
        return run_all(settings)


@task
def publish() -> list[str]:
    """Swap the audited marts into the schema that readers see, in one transaction."""
    from warehouse import ledger
    from warehouse.publish import publish as swap

    settings = load_settings()
    run_id = get_current_context()["run_id"]
    with ledger.stage(settings, run_id, "publish"):
        return swap(settings, run_id)


@dag(
    # no start date and no run at once: unpausing waits for the next 02:00
    schedule=CronTriggerTimetable(
        "0 2 * * *", timezone="Asia/Shanghai", run_immediately=timedelta(0)
    ),
    tags=[Tag.NIGHTLY, Tag.TIER_1],
    params={
        "night": Param(
            None,
            type=["null", "string"],
            format="date",
            description="The night to record the run under; empty: the day before the run.",
        )
    },
    doc_md=__doc__,
    **DAG_DEFAULTS,
)
def voc_nightly() -> None:
    """Wire the stages of the design, left to right."""
    settings = load_settings()
    opened = open_run()
    published = publish()
    closed = close_run().as_teardown(setups=opened)
    gate = {
        name: check_gate.override(task_id=f"gate_{name}")(name, equations)
        for name, equations in GATES.items()
    }
    core = make_dbt_group("core", settings)
    (
        opened
        >> [ingest(), load_reference()]
        >> gate["landing"]
        >> make_dbt_group("staging", settings)
        >> annotate()
        >> gate["labels"]
        >> core
        >> compute_statistics()
        >> make_dbt_group("marts", settings)
        >> gate["marts"]
        >> published
        >> closed
    )
    gate["landing"] >> resolve_persons() >> core


# gate -> the reconciliation equations that must hold before it
GATES = {
    "landing": ["landed"],
    "labels": ["raw -> int_feedback", "int_feedback -> nlp.documents"],
    "marts": [
        "nlp.documents -> core.fct_feedback",
        "nlp.opinion_units -> core.fct_opinion_unit",
        "core -> marts",
    ],
}

voc_nightly()
