"""dbt inside the DAG: one task per model, so that a failed model is seen by its name.

`dbt_project/target/manifest.json` is read at parse time (no `dbt ls`); `voc dbt parse` writes it.
"""

from __future__ import annotations

from cosmos import DbtTaskGroup, ExecutionConfig, ProfileConfig, ProjectConfig, RenderConfig
from cosmos.constants import ExecutionMode, InvocationMode, LoadMode, TestBehavior

from warehouse import dbt
from warehouse.settings import Settings


def make_dbt_group(group_id: str, steps: list[str], settings: Settings) -> DbtTaskGroup:
    """Return the task group that builds and tests some of `warehouse.dbt.STEPS`, all of one role.

    One producer runs a single `dbt build`; each model's own task watches for that model's result.
    """
    chosen = [dbt.STEPS[step] for step in steps]
    (target,) = {step.target for step in chosen}
    project = dbt.project_dir(settings)
    return DbtTaskGroup(
        group_id=group_id,
        project_config=ProjectConfig(
            dbt_project_path=project,
            manifest_path=dbt.manifest_path(settings),
            project_name="voc",
            install_dbt_deps=False,
        ),
        profile_config=ProfileConfig(
            profile_name="voc",
            target_name=target,
            profiles_yml_filepath=project / "profiles.yml",
        ),
        execution_config=ExecutionConfig(
            execution_mode=ExecutionMode.WATCHER,
            invocation_mode=InvocationMode.DBT_RUNNER,
        ),
        render_config=RenderConfig(
            load_method=LoadMode.DBT_MANIFEST,
            select=[selector for step in chosen for selector in step.select],
            test_behavior=TestBehavior.BUILD,
            emit_datasets=False,
        ),
        operator_args={
            "env": {"VOC_RUN_ID": "{{ run_id }}", "VOC_STAGE": f"dbt_{group_id}"},
            "append_env": True,
            "deferrable": False,
            "poke_interval": 1,
        },
    )
