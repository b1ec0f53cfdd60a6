"""The production stack: complete, locked down, and without a password in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text("utf-8")
STACK = yaml.safe_load(TEXT)
SERVICES = STACK["services"]
JOBS = {name for name, service in SERVICES.items() if service["restart"] == "no"}
EXPECTED = {
    "postgres",
    "redis",
    "warehouse-init",
    "airflow-api-server",
    "airflow-scheduler",
    "airflow-dag-processor",
    "airflow-triggerer",
    "airflow-worker",
    "superset-init",
    "superset",
    "superset-worker",
    "superset-beat",
}
LAYER_SECRETS = {f"voc_{layer}_password" for layer in ("loader", "stager", "nlp", "modeler")}

each_service = pytest.mark.parametrize("name", SERVICES)


def substitute(text: str) -> str:
    """Fill in the defaults of `${NAME:-default}` and undo the `$$` of Compose."""
    return re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", text).replace("$$", "$")


def test_the_stack_is_complete():
    assert set(SERVICES) == EXPECTED
    assert {"warehouse-init", "superset-init"} == JOBS


@each_service
def test_service_runs_as_a_numbered_user_without_rights(name):
    service = SERVICES[name]

    user, group = service["user"].split(":")
    assert int(user) > 0
    assert int(group) > 0
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "network_mode", "pid", "ipc"} & set(service)


@each_service
def test_service_has_limits(name):
    limits = SERVICES[name]["deploy"]["resources"]["limits"]

    assert set(limits) == {"cpus", "memory", "pids"}


@each_service
def test_service_tells_its_health_unless_it_is_a_job(name):
    check = SERVICES[name]["healthcheck"]

    if name in JOBS:
        assert check == {"disable": True}
    else:
        assert check["test"][0] in ("CMD", "CMD-SHELL")
        assert {"interval", "timeout", "retries"} <= set(check)


@each_service
def test_service_waits_for_healthy_or_finished_others(name):
    for other, condition in SERVICES[name].get("depends_on", {}).items():
        wanted = "service_completed_successfully" if other in JOBS else "service_healthy"
        assert condition == {"condition": wanted}


def test_ports_are_bound_to_loopback_by_default():
    ports = [substitute(port) for service in SERVICES.values() for port in service.get("ports", [])]

    assert len(ports) == 2
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_databases_stand_on_a_network_without_a_way_out():
    assert STACK["networks"]["data"] == {"internal": True}
    for name in ("postgres", "redis"):
        assert SERVICES[name]["networks"] == ["data"]
        assert "ports" not in SERVICES[name]


def test_images_are_pinned_or_ours():
    for service in SERVICES.values():
        image, tag = substitute(service["image"]).rsplit(":", 1)
        assert tag != "latest"
        assert image in {"postgres", "redis", "voc-pipeline", "voc-superset"}


def test_no_password_stands_in_the_environment():
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if variable.endswith("_FILE"):
                assert value.startswith("/run/secrets/")
            else:
                secret = re.search("PASSWORD|SECRET_KEY|TOKEN|FERNET|JWT|_CONN$", variable)
                assert not secret, f"{name}: {variable}"


def test_every_secret_is_declared_made_and_used():
    declared = set(STACK["secrets"])
    used = {secret for service in SERVICES.values() for secret in service.get("secrets", [])}
    program = (ROOT / "docker" / "make_secrets").read_text("utf-8")

    assert used == declared
    assert all(f'"{name}"' in program for name in declared)
    for name, options in STACK["secrets"].items():
        assert substitute(options["file"]) == f"./docker/secrets/{name}"


def test_only_workers_and_the_init_job_hold_the_passwords_of_the_layers():
    holders = {
        name for name, service in SERVICES.items() if LAYER_SECRETS & set(service["secrets"])
    }

    assert holders == {"airflow-worker", "warehouse-init"}


def test_superset_holds_no_password_that_may_write_the_warehouse():
    for name in ("superset", "superset-worker", "superset-beat", "superset-init"):
        assert not set(SERVICES[name]["secrets"]) & (LAYER_SECRETS | {"voc_admin_password"})


def test_env_example_names_every_variable_and_gives_none_a_value():
    asked = set(re.findall(r"\$\{([A-Z_]+):-", TEXT))
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    offered = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))

    assert set(offered) == asked
    assert set(offered.values()) == {""}


def test_every_variable_has_a_default():
    assert re.findall(r"(?<!\$)\$\{[A-Z_]+\}", TEXT) == []


def test_every_file_that_a_container_runs_is_there():
    words = re.findall(r"(?:docker|superset_assets)/[a-z_]+\.(?:py|yaml)", TEXT)

    assert words
    assert [word for word in words if not (ROOT / word).is_file()] == []
    for service in SERVICES.values():
        if "build" in service:
            assert (ROOT / service["build"]["dockerfile"]).is_file()


@pytest.mark.parametrize("name", ["Dockerfile.pipeline", "Dockerfile.superset"])
def test_an_image_copies_what_exists_and_runs_as_a_numbered_user(name):
    lines = (ROOT / "docker" / name).read_text("utf-8").replace("\\\n", " ").splitlines()
    copies = [line.split()[1:-1] for line in lines if line.startswith("COPY ")]
    sources = [word for words in copies if not words[0].startswith("--from") for word in words]

    assert sources
    assert [source for source in sources if not (ROOT / source).exists()] == []
    assert re.fullmatch(r"USER [1-9]\d*:[1-9]\d*", [x for x in lines if x.startswith("USER")][-1])
    assert not any("--preload" in line for line in lines if not line.startswith("#"))


def test_the_build_context_leaves_out_secrets_and_state():
    rules = (ROOT / ".dockerignore").read_text("utf-8").splitlines()

    assert rules[rules.index("*") - 1].startswith("#"), "everything is left out first"
    assert "docker/secrets" in rules
    assert not any(rule.startswith("!.") for rule in rules)


def locked_versions(name: str) -> dict[str, str]:
    lines = (ROOT / "locks" / name).read_text("utf-8").splitlines()
    return dict(line.split("==") for line in lines if re.match(r"^[a-z0-9].*==", line))


def test_the_production_lock_installs_together_with_the_pipeline_lock():
    pipeline, production = locked_versions("pipeline.txt"), locked_versions("production.txt")

    assert {"apache-airflow-providers-celery", "redis", "celery"} <= set(production)
    different = {
        package: (version, pipeline[package])
        for package, version in production.items()
        if pipeline.get(package, version) != version
    }
    assert different == {}, "resolve locks/production.in again with -c locks/pipeline.txt"
