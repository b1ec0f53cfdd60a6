"""Background processes of the local installation: start, find again, stop. Pid files, no daemon."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from warehouse.settings import Settings

STOP_SECONDS = 20
# PYTHONHOME: a child may run another Python. PYTHONDONTWRITEBYTECODE: without cached bytecode
# Airflow, dbt and Great Expectations each compile for ten seconds before they begin
_NOT_INHERITED = {"PYTHONHOME", "PYTHONDONTWRITEBYTECODE"}


class ServiceError(RuntimeError):
    """A service did not come up; the message names its log and the last lines of it."""


@dataclass(frozen=True)
class Process:
    """One background process: its name, how it starts, how one knows that it is well."""

    name: str
    command: Sequence[str | Path]
    environment: Mapping[str, str]
    health_url: str | None = None
    start_seconds: int = 120


def _pid_file(settings: Settings, name: str) -> Path:
    return settings.state_dir / "run" / f"{name}.json"


def log_file(settings: Settings, name: str) -> Path:
    """Return where a service writes."""
    return settings.log_dir / f"{name}.log"


def find(settings: Settings, name: str) -> psutil.Process | None:
    """Return the running process of that name, null when there is none.

    The start time is compared too, for a pid is given to somebody else sooner or later.
    """
    path = _pid_file(settings, name)
    if not path.exists():
        return None
    known = json.loads(path.read_text())
    try:
        process = psutil.Process(known["pid"])
        is_ours = abs(process.create_time() - known["created"]) < 2
        return process if is_ours and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def start(settings: Settings, process: Process) -> bool:
    """Start a process in a session of its own unless it runs; return whether it was started."""
    if find(settings, process.name):
        return False
    log = log_file(settings, process.name)
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with log.open("ab") as output:
        child = subprocess.Popen(
            [str(part) for part in process.command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=settings.root,
            env=dict(process.environment),
            start_new_session=True,
        )
    path = _pid_file(settings, process.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        json.dumps({"pid": child.pid, "created": psutil.Process(child.pid).create_time()})
    )
    return True


def is_healthy(process: Process) -> bool:
    """Does the service answer on its health address? True for a service that has none."""
    if process.health_url is None:
        return True
    try:
        return httpx.get(process.health_url, timeout=5, follow_redirects=True).status_code == 200
    except httpx.HTTPError:
        return False


def wait_until_healthy(
    settings: Settings, process: Process, tick: Callable[[], None] | None = None
) -> None:
    """Wait until a started service answers; raise `ServiceError` when it ends or takes too long."""
    deadline = time.monotonic() + process.start_seconds
    while not is_healthy(process):
        if find(settings, process.name) is None:
            raise ServiceError(f"{process.name} ended while starting. {tail(settings, process)}")
        if time.monotonic() > deadline:
            raise ServiceError(
                f"{process.name} did not answer at {process.health_url} within "
                f"{process.start_seconds} s. {tail(settings, process)}"
            )
        if tick:
            tick()
        time.sleep(0.3)


def tail(settings: Settings, process: Process, lines: int = 15) -> str:
    """Return the last lines of a service's log, with its address."""
    log = log_file(settings, process.name)
    text = log.read_text(errors="replace").splitlines()[-lines:] if log.exists() else []
    return f"Log: {log}\n" + "\n".join(text)


def stop(settings: Settings, name: str) -> bool:
    """Stop a process and all its children; return whether there was one."""
    process = find(settings, name)
    _pid_file(settings, name).unlink(missing_ok=True)
    if process is None:
        return False
    family = [*process.children(recursive=True), process]
    for member in family:
        _signal(member.terminate)
    _, alive = psutil.wait_procs(family, timeout=STOP_SECONDS)
    for member in alive:
        _signal(member.kill)
    psutil.wait_procs(alive, timeout=5)
    return True


def _signal(send: Callable[[], None]) -> None:
    try:
        send()
    except psutil.NoSuchProcess:
        return


def inherited_environment(**extra: str) -> dict[str, str]:
    """Return our environment plus `extra`, without what would confuse or slow a child's Python."""
    return {key: value for key, value in os.environ.items() if key not in _NOT_INHERITED} | extra
