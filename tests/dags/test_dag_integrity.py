"""House rules of the DAGs, on the bag that Airflow itself reads."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
DAG_IDS = sorted(path.stem for path in (ROOT / "dags").glob("voc_*.py"))
STAGES = [
    "open_run",
    "ingest.load_source",
    "gate_landing",
    "staging.int_feedback_run",
    "annotate.annotate_batch",
    "gate_labels",
    "core.fct_feedback_run",
    "compute_statistics",
    "marts.mart_nps_run",
    "gate_marts",
    "publish",
    "close_run",
]


def ancestors(dag, task_id: str) -> set[str]:
    return {task.task_id for task in dag.get_task(task_id).get_flat_relatives(upstream=True)}


def test_every_dag_file_imports(dag_bag):
    assert dag_bag.import_errors == {}
    assert DAG_IDS
    assert sorted(dag_bag.dags) == DAG_IDS


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_dag_follows_house_rules(dag_bag, dag_id):
    from dags.tags import Tag

    dag = dag_bag.dags[dag_id]

    assert Path(dag.fileloc).stem == dag.dag_id
    assert dag.tags, "a DAG without tags cannot be found"
    assert dag.tags <= set(Tag), f"unknown tags: {dag.tags - set(Tag)}"
    assert "**Triage:**" in dag.doc_md
    assert dag.max_active_runs == 1
    assert dag.catchup is False


@pytest.mark.parametrize("dag_id", DAG_IDS)
def test_every_task_has_a_time_limit_and_retries_where_a_retry_helps(dag_bag, dag_id):
    for task in dag_bag.dags[dag_id].tasks:
        if task.task_id.endswith("dbt_producer_watcher_done"):  # Cosmos' own gate: does nothing
            continue
        assert task.execution_timeout, task.task_id
        if not task.task_id.endswith("dbt_producer_watcher"):  # models retry by themselves
            assert task.retries >= 1, task.task_id


def test_the_stages_stand_in_the_order_of_the_design(dag_bag):
    dag = dag_bag.dags["voc_nightly"]

    for earlier, later in pairwise(STAGES):
        assert earlier in ancestors(dag, later), f"{later} does not wait for {earlier}"


def test_a_night_waits_hours_for_a_backfill_to_end(dag_bag):
    opened = dag_bag.dags["voc_nightly"].get_task("open_run")

    assert opened.retries * opened.retry_delay >= timedelta(hours=3)
    assert not opened.retry_exponential_backoff


def test_persons_are_resolved_between_landing_and_core(dag_bag):
    dag = dag_bag.dags["voc_nightly"]

    assert "gate_landing" in ancestors(dag, "resolve_persons")
    assert "resolve_persons" in ancestors(dag, "core.bridge_customer_identity_run")


def test_each_model_of_the_path_has_a_task_of_its_name(dag_bag):
    models = {path.stem for path in (ROOT / "dbt_project" / "models").rglob("*.sql")}
    tasks = {task.task_id.split(".")[-1] for task in dag_bag.dags["voc_nightly"].tasks}

    assert models
    assert {f"{model}_run" for model in models} <= tasks


def test_the_night_is_closed_whatever_happened(dag_bag):
    close = dag_bag.dags["voc_nightly"].get_task("close_run")

    assert close.is_teardown
    assert not close.on_failure_fail_dagrun


def test_every_configured_source_is_loaded_by_a_mapped_task(dag_bag):
    sources = yaml.safe_load((ROOT / "config" / "sources.yml").read_text(encoding="utf-8"))
    task = dag_bag.dags["voc_nightly"].get_task("ingest.load_source")

    assert sources
    assert task.is_mapped
