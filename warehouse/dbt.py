"""Running dbt with this installation's connections: from the command line and for the DAG."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from warehouse.processes import inherited_environment
from warehouse.settings import Settings


class DbtError(RuntimeError):
    """dbt ended with an error; the message carries the part of its output that says why."""


@dataclass(frozen=True)
class Step:
    """One dbt invocation of the nightly path: which nodes, as which role."""

    name: str
    target: str
    select: tuple[str, ...]


# the same selections in the DAG and in `voc run`; the target decides the database role
STEPS = {
    "reference": Step("reference", "analytics", ("path:seeds",)),
    "staging": Step("staging", "staging", ("path:models/staging", "path:models/intermediate")),
    "core": Step("core", "analytics", ("path:models/core",)),
    "marts": Step("marts", "analytics", ("path:models/marts",)),
}


def project_dir(settings: Settings) -> Path:
    """Return the folder of the dbt project."""
    return settings.root / "dbt_project"


def manifest_path(settings: Settings) -> Path:
    """Return where `parse` puts the manifest: the DAG and the dashboards are built from it."""
    return project_dir(settings) / "target" / "manifest.json"


def connection_variables(settings: Settings) -> dict[str, str]:
    """Return what dbt reads from the environment: the connection, and the industry pack."""
    return {
        "VOC_PG_HOST": settings.pg_host,
        "VOC_PG_PORT": str(settings.pg_port),
        "VOC_PG_DATABASE": settings.pg_database,
        "VOC_PACK": settings.pack,
        "VOC_STAGER_PASSWORD": settings.secret("stager_password"),
        "VOC_MODELER_PASSWORD": settings.secret("modeler_password"),
        "DBT_PROFILES_DIR": str(project_dir(settings)),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def run(
    settings: Settings,
    arguments: Sequence[str],
    *,
    target: str = "analytics",
    run_id: str | None = None,
    stage: str | None = None,
    echo: bool = False,
) -> str:
    """Run `dbt <arguments>` and return its output; raise `DbtError` when it fails.

    `run_id` and `stage` let the project's hooks time the invocation in `ops.stage_runs`.
    """
    extra = connection_variables(settings)
    # each target keeps its own parsed state: dbt parses everything anew when the target changes
    folder = manifest_path(settings).parent
    extra["DBT_TARGET_PATH"] = str(folder if target == "analytics" else folder / target)
    if run_id and stage:
        extra |= {"VOC_RUN_ID": run_id, "VOC_STAGE": stage}
    executable = Path(sys.executable).with_name("dbt")
    command = [str(executable), "--no-use-colors", *arguments]
    # both named, as Cosmos names them: dbt parses everything anew when these words differ
    command += ["--profile", "voc", "--target", target]
    with subprocess.Popen(
        command,
        cwd=project_dir(settings),
        env=inherited_environment(**extra),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        lines = []
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            if echo:
                sys.stdout.write(line)
    output = "".join(lines)
    if process.returncode:
        raise DbtError(f"`dbt {' '.join(arguments)}` failed:\n{_why(lines)}")
    return output


def _why(lines: list[str]) -> str:
    """Return the part of dbt's output from the first error on, else the last lines."""
    for number, line in enumerate(lines):
        if "Failure in" in line or "Error" in line or "error" in line:
            return "".join(lines[max(number - 1, 0) : number + 25])
    return "".join(lines[-25:])


def build(settings: Settings, step: str, run_id: str | None = None, *flags: str) -> str:
    """Build one step of the nightly path and test its data; return what dbt says.

    Unit tests prove the code, not the night's data: they belong to `make test`. The artefacts of
    a build (a manifest of megabytes, written twice) are nobody's input: `parse` writes the one
    that is.
    """
    chosen = STEPS[step]
    arguments = ["--no-write-json", "build", "--select", *chosen.select, *flags]
    return run(
        settings,
        [*arguments, "--exclude-resource-type", "unit_test"],
        target=chosen.target,
        run_id=run_id,
        stage=f"dbt_{step}",
    )


def parse(settings: Settings) -> Path:
    """Write the manifest (needs no database) and return its path."""
    run(settings, ["parse"])
    return manifest_path(settings)
