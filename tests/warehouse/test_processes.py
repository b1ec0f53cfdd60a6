"""Background processes: started once, found again, stopped with their children."""

from __future__ import annotations

import json
import sys
import time

import psutil
import pytest

from warehouse import processes
from warehouse.ports import free_port
from warehouse.processes import Process, ServiceError, inherited_environment
from warehouse.settings import Settings


@pytest.fixture
def settings(tmp_path):
    return Settings(state_dir=tmp_path)


def make_process(name: str, code: str, **options) -> Process:
    return Process(name, [sys.executable, "-c", code], inherited_environment(), **options)


def test_a_service_is_started_once_and_stopped_with_its_children(settings):
    code = (
        "import subprocess, sys, time; "
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); time.sleep(60)"
    )
    service = make_process("parent", code)
    assert processes.start(settings, service) is True
    assert processes.start(settings, service) is False
    found = processes.find(settings, "parent")
    while not (children := found.children()):
        time.sleep(0.05)

    assert processes.stop(settings, "parent") is True

    assert not found.is_running() or found.status() == psutil.STATUS_ZOMBIE
    assert not children[0].is_running()
    assert processes.stop(settings, "parent") is False


def test_waiting_ends_when_the_service_answers(settings):
    port = free_port(58500)
    service = Process(
        "web",
        [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"],
        inherited_environment(),
        f"http://127.0.0.1:{port}/",
    )
    processes.start(settings, service)

    processes.wait_until_healthy(settings, service)

    assert processes.is_healthy(service)
    processes.stop(settings, "web")
    assert not processes.is_healthy(service)


def test_a_service_that_ends_at_once_is_reported_with_its_log(settings):
    service = make_process(
        "broken", "import sys; sys.exit('the cause')", health_url="http://127.0.0.1:9/"
    )
    processes.start(settings, service)

    with pytest.raises(ServiceError, match=r"broken ended while starting(.|\n)*the cause"):
        processes.wait_until_healthy(settings, service)


def test_the_pid_of_somebody_else_is_not_ours(settings):
    service = make_process("short", "pass")
    processes.start(settings, service)
    path = settings.state_dir / "run" / "short.json"
    path.write_text(json.dumps({"pid": psutil.Process().pid, "created": 1.0}))

    assert processes.find(settings, "short") is None
