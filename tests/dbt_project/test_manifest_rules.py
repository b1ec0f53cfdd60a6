"""House rules of the dbt project, read from its manifest: one test, one rule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

PROJECT_DIR = Path(__file__).resolve().parents[2] / "dbt_project"
LAYERS = ("staging", "intermediate", "core", "marts")
PREFIXES = {
    "staging": ("stg_",),
    "intermediate": ("int_",),
    "core": ("fct_", "dim_", "bridge_"),
    "marts": ("mart_",),
}
SCHEMAS = {
    "staging": "staging",
    "intermediate": "intermediate",
    "core": "core",
    "marts": "marts_build",
}
# what each layer may read, besides its own models and seeds
MAY_READ = {
    "staging": {"source"},
    "intermediate": {"staging"},
    "core": {"staging", "intermediate", "source", "seed"},
    "marts": {"core", "source", "seed"},
}
MAY_READ_SOURCES = {"core": {"nlp", "identity"}, "marts": {"stats"}}
KEY_TESTS = {"unique", "unique_together"}

Node = dict[str, Any]


def layer_of(node: Node) -> str:
    return node["fqn"][1]


def name_of(node: Node) -> str:
    return node["name"]


def parents(manifest: dict[str, Any], model: Node) -> list[Node]:
    found = {**manifest["nodes"], **manifest["sources"]}
    return [found[unique_id] for unique_id in model["depends_on"]["nodes"]]


def generic_tests(manifest: dict[str, Any], model: Node) -> list[Node]:
    return [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and node.get("attached_node") == model["unique_id"]
    ]


def test_models_lie_in_a_layer_and_wear_its_prefix(models: list[Node]):
    wrong = [
        f"{layer_of(model)}/{name_of(model)}"
        for model in models
        if layer_of(model) not in LAYERS or not name_of(model).startswith(PREFIXES[layer_of(model)])
    ]

    assert wrong == []


def test_each_layer_has_its_own_schema(models: list[Node]):
    wrong = [
        f"{model['schema']}.{name_of(model)}"
        for model in models
        if model["schema"] != SCHEMAS[layer_of(model)]
    ]

    assert wrong == []


def test_layers_read_only_what_lies_to_their_left(manifest: dict[str, Any], models: list[Node]):
    wrong = []
    for model in models:
        layer = layer_of(model)
        for parent in parents(manifest, model):
            kind = (
                parent["resource_type"] if parent["resource_type"] != "model" else layer_of(parent)
            )
            allowed = kind in MAY_READ[layer] | ({layer} - {"staging"})
            if kind == "source" and layer in MAY_READ_SOURCES:
                allowed = parent["source_name"] in MAY_READ_SOURCES[layer]
            if not allowed:
                wrong.append(f"{name_of(model)} reads {kind} {name_of(parent)}")

    assert wrong == []


def test_staging_is_one_to_one(manifest: dict[str, Any], models: list[Node]):
    wrong = [
        name_of(model)
        for model in models
        if layer_of(model) == "staging" and len(parents(manifest, model)) != 1
    ]

    assert wrong == []


def test_models_and_seeds_say_what_they_are(manifest: dict[str, Any]):
    silent = []
    for node in manifest["nodes"].values():
        if node["resource_type"] in {"model", "seed"}:
            if not node["description"].startswith("One row per"):
                silent.append(f"{node['name']}: the description opens with the grain")
            silent += [
                f"{node['name']}.{column['name']}"
                for column in node["columns"].values()
                if not column["description"].strip()
            ]
            if not node["columns"]:
                silent.append(f"{node['name']}: no columns")

    assert silent == []


def test_sources_say_what_they_are(manifest: dict[str, Any]):
    silent = [
        f"{source['source_name']}.{source['name']}"
        for source in manifest["sources"].values()
        if not source["description"].strip() or not source["source_description"].strip()
    ]

    assert silent == []


def test_sql_opens_with_its_grain(models: list[Node]):
    silent = [
        name_of(model) for model in models if not model["raw_code"].startswith("-- Grain: one ")
    ]

    assert silent == []


def test_core_and_marts_promise_their_types(models: list[Node]):
    promised = [model for model in models if layer_of(model) in {"core", "marts"}]
    wrong = [
        name_of(model)
        for model in promised
        if not model["config"]["contract"]["enforced"]
        or any(not column["data_type"] for column in model["columns"].values())
    ]

    assert promised
    assert wrong == []


def test_what_is_built_whole_each_night_says_why(models: list[Node]):
    silent = [
        name_of(model)
        for model in models
        if model["config"]["materialized"] == "table"
        and not model["config"]["meta"].get("reads_all_history")
    ]

    assert silent == []


def test_every_model_has_its_key_tested(manifest: dict[str, Any], models: list[Node]):
    untested = []
    for model in models:
        tests = {test["test_metadata"]["name"] for test in generic_tests(manifest, model)}
        # a key of the table itself is checked by the database when rows are written
        has_primary_key = any(
            constraint["type"] == "primary_key"
            for column in model["columns"].values()
            for constraint in column["constraints"]
        )
        has_unique_index = any(
            index.get("unique") for index in model["config"].get("indexes") or []
        )
        if not (tests & KEY_TESTS or has_primary_key or has_unique_index):
            untested.append(name_of(model))

    assert untested == []


def test_marts_and_facts_with_rules_have_unit_tests(manifest: dict[str, Any], models: list[Node]):
    tested = {test["model"] for test in manifest["unit_tests"].values()}
    ruled = {name_of(model) for model in models if layer_of(model) == "marts"}

    assert ruled <= tested, ruled - tested


def test_analytics_sees_no_model_with_personal_data(models: list[Node]):
    shown = [
        name_of(model)
        for model in models
        if "personal_data" in model["config"]["tags"]
        and set(model["config"]["grants"].get("select", [])) - {"voc_nlp"}
    ]
    tagged = {name_of(model) for model in models if "personal_data" in model["config"]["tags"]}

    assert shown == []
    assert {"int_feedback", "stg_reviews__reviews", "stg_crm__customer_notes"} <= tagged


def test_grants_are_exactly_what_the_next_layer_reads(manifest: dict[str, Any], models: list[Node]):
    granted = {
        name_of(model): set(model["config"]["grants"].get("select", []))
        for model in models
        if layer_of(model) in {"staging", "intermediate"}
    }
    needed = {
        name_of(parent)
        for model in models
        if layer_of(model) == "core"
        for parent in parents(manifest, model)
        if parent["resource_type"] == "model" and layer_of(parent) in {"staging", "intermediate"}
    }
    # the reconciliation of the nightly run counts what was set aside as the modeler
    needed.add("int_feedback_set_aside")

    assert {name for name, roles in granted.items() if "voc_modeler" in roles} == needed
    assert {name for name, roles in granted.items() if "voc_nlp" in roles} == {"int_feedback"}


def test_no_contact_data_leaves_the_raw_customers(models: list[Node]):
    (customers,) = [model for model in models if name_of(model) == "stg_crm__customers"]

    assert not {"full_name", "name", "phone", "email"} & set(customers["columns"])
    assert {"phone_hash", "email_hash"} <= set(customers["columns"])


def test_every_mart_is_shown_by_a_dashboard(manifest: dict[str, Any], models: list[Node]):
    shown = {
        unique_id
        for exposure in manifest["exposures"].values()
        for unique_id in exposure["depends_on"]["nodes"]
    }
    hidden = [
        name_of(model)
        for model in models
        if layer_of(model) == "marts" and model["unique_id"] not in shown
    ]

    assert len(manifest["exposures"]) == 8
    assert hidden == []


@pytest.mark.parametrize(
    "path", sorted(PROJECT_DIR.glob("tests/*/assert_*.sql")), ids=lambda path: path.stem
)
def test_singular_tests_open_with_what_went_wrong(path: Path):
    assert path.read_text(encoding="utf-8").startswith("-- ")


def test_project_is_not_taken_for_a_python_package():
    assert list(PROJECT_DIR.rglob("__init__.py")) == []
