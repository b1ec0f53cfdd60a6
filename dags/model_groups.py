"""dbt inside the DAG: one task per model, so that a failed model is seen by its name.

`dbt_project/target/manifest.json` is read at parse time (no `dbt ls`); `voc dbt parse` writes it.
Airflow reads the DAG file anew for every task that it runs. Reading Cosmos and the manifest each
time costs more than most tasks, so a task outside a group gets that group as an empty shell
(`get_parsing_context` says for which task the file is being read).
"""

from __future__ import annotations

from airflow.sdk import TaskGroup, TriggerRule, get_parsing_context

from warehouse import dbt
from warehouse.settings import Settings

PRODUCER_TASK_ID = "dbt_producer_watcher"  # Cosmos' name; its constant costs the import of Cosmos


def make_dbt_group(name: str, settings: Settings) -> TaskGroup:
    """Return the task group that builds and tests one of `warehouse.dbt.STEPS`.

    One producer runs a single `dbt build`; each model's own task watches for that model's result.
    """
    running_task = get_parsing_context().task_id
    if running_task and not running_task.startswith(f"{name}."):
        return TaskGroup(name)
    return _make_model_tasks(name, settings)


def _make_model_tasks(name: str, settings: Settings) -> TaskGroup:
    from cosmos import DbtTaskGroup, ExecutionConfig, ProfileConfig, ProjectConfig, RenderConfig
    from cosmos.constants import ExecutionMode, InvocationMode, LoadMode, TestBehavior

    step = dbt.STEPS[name]
    project = dbt.project_dir(settings)
    group = DbtTaskGroup(
        group_id=name,
        project_config=ProjectConfig(
            dbt_project_path=project,
            manifest_path=dbt.manifest_path(settings),
            project_name="voc",
            install_dbt_deps=False,
        ),
        profile_config=ProfileConfig(
            profile_name="voc",
            target_name=step.target,
            profiles_yml_filepath=project / "profiles.yml",
        ),
        execution_config=ExecutionConfig(
            execution_mode=ExecutionMode.WATCHER,
            invocation_mode=InvocationMode.DBT_RUNNER,
            # data tests run inside the one build, before what stands on the tested model
            setup_operator_args={"dbt_cmd_flags": ["--resource-type", "test"]},
        ),
        render_config=RenderConfig(
            load_method=LoadMode.DBT_MANIFEST,
            select=list(step.select),
            test_behavior=TestBehavior.NONE,
            emit_datasets=False,
        ),
        operator_args={
            # nobody reads a build's manifest and results; the events of the build are watched
            "dbt_cmd_global_flags": ["--no-write-json"],
            "env": {"VOC_RUN_ID": "{{ run_id }}", "VOC_STAGE": f"dbt_{name}"},
            "append_env": True,
            "deferrable": False,
            "poke_interval": 1,
        },
    )
    _let_models_follow_the_producer(group)
    return group


def _let_models_follow_the_producer(group: TaskGroup) -> None:
    """Start a model's task when the build has ended, not while it runs.

    Tasks that wait beside the producer hold the worker slots that the producer itself needs: with
    as many models as slots nothing would ever start. A failed build still shows each model's own
    end, therefore `all_done`.
    """
    (producer,) = (
        task for task in group.children.values() if task.node_id.endswith(PRODUCER_TASK_ID)
    )
    for task in group.children.values():
        is_model = hasattr(task, "producer_task_id")
        if is_model and not task.upstream_task_ids & set(group.children):
            producer >> task
            task.trigger_rule = TriggerRule.ALL_DONE
