"""The bundle: complete, the same every time, and free of what the importer gets wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from superset_assets import build
from superset_assets.identity import uuid_of
from superset_assets.sources import SourceError, read_sources


@pytest.fixture(scope="module")
def bundle(sources):
    return build.compile_bundle(sources)


def files(bundle: dict, folder: str) -> dict:
    return {path: document for path, document in bundle.items() if path.startswith(folder)}


def test_every_source_is_in_the_bundle(sources, bundle):
    charts = sum(len(dashboard.charts) for dashboard in sources.dashboards.values())

    assert len(files(bundle, "datasets/")) == len(sources.datasets) == 48
    assert len(files(bundle, "charts/")) == charts
    assert sorted(path.removeprefix("dashboards/") for path in files(bundle, "dashboards/")) == [
        "benchmark.yaml", "breakpoints.yaml", "data-health.yaml", "journey.yaml", "nps.yaml",
        "priorities.yaml", "trends.yaml", "units.yaml",
    ]  # fmt: skip


def test_identity_is_the_path_and_does_not_change():
    # written down here on purpose: a changed recipe orphans every link that people saved
    assert uuid_of("dashboards", "journey") == "f1f9579f-0348-50db-927c-47228f7b582e"


def test_no_two_assets_share_a_uuid(bundle):
    uuids = [document["uuid"] for document in bundle.values() if "uuid" in document]

    assert len(uuids) == len(set(uuids)) == len(bundle) - 1  # all but metadata.yaml


def test_building_twice_gives_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        assert build.main(["--out", str(tmp_path / name)]) == 0
    contents = [
        {path.relative_to(tmp_path / name): path.read_bytes() for path in folder.rglob("*.yaml")}
        for name in ("one", "two")
        for folder in [tmp_path / name]
    ]

    assert contents[0] == contents[1]
    assert contents[0]


def test_a_second_build_leaves_nothing_of_the_first(tmp_path):
    build.write_bundle({"metadata.yaml": {}, "charts/old.yaml": {}}, tmp_path / "bundle")
    build.write_bundle({"metadata.yaml": {}, "charts/new.yaml": {}}, tmp_path / "bundle")

    assert [path.name for path in (tmp_path / "bundle" / "charts").iterdir()] == ["new.yaml"]


def test_a_folder_with_other_things_is_not_deleted(tmp_path):
    (tmp_path / "thesis.txt").write_text("ten years of work")

    with pytest.raises(FileExistsError):
        build.write_bundle({"metadata.yaml": {}}, tmp_path)

    assert (tmp_path / "thesis.txt").exists()


def test_every_chart_on_a_table_with_time_obeys_the_period_filter(sources, bundle):
    by_uuid = {uuid_of("datasets", name): dataset for name, dataset in sources.datasets.items()}
    for path, chart in files(bundle, "charts/").items():
        operators = {entry.get("operator") for entry in chart["params"]["adhoc_filters"]}
        has_time = by_uuid[chart["dataset_uuid"]].time_column is not None
        assert ("TEMPORAL_RANGE" in operators) == has_time, path


def test_every_chart_carries_a_query_that_asks_for_its_metrics(bundle):
    for path, chart in files(bundle, "charts/").items():
        context = json.loads(chart["query_context"])
        assert context["queries"], path
        for query in context["queries"]:
            assert query["columns"] or query["metrics"], path


def test_filters_leave_out_the_charts_they_cannot_act_on(sources, bundle):
    journey = bundle["dashboards/journey.yaml"]
    names = {
        box["meta"]["chartId"]: box["id"].removeprefix("CHART-")
        for box in journey["position"].values()
        if isinstance(box, dict) and box["type"] == "CHART"
    }
    filters = journey["metadata"]["native_filter_configuration"]
    region = next(native for native in filters if native["id"] == "NATIVE_FILTER-region")

    reached = names.keys() - set(region["scope"]["excluded"])

    assert {names[number] for number in reached} == {
        "touchpoint_by_region", "silence_by_touchpoint", "silence_table",
        "proactive_by_touchpoint", "proactive_table",
    }  # fmt: skip


def test_positions_hang_together(bundle):
    for dashboard in files(bundle, "dashboards/").values():
        boxes = [box for box in dashboard["position"].values() if isinstance(box, dict)]
        ids = [box["meta"]["chartId"] for box in boxes if box["type"] == "CHART"]
        assert ids == list(range(1, len(ids) + 1))
        for box in boxes:
            assert set(box.get("children", [])) <= dashboard["position"].keys()


def test_the_same_meaning_has_the_same_colour_everywhere(sources, bundle):
    negative = sources.palette["colors"]["negative"]

    colors = {
        label: color
        for dashboard in files(bundle, "dashboards/").values()
        for label, color in dashboard["metadata"]["label_colors"].items()
    }

    assert colors["detractors"] == colors["negative_feedback"] == negative
    assert colors["nps_faint"] == sources.palette["colors"]["small_sample"]


def test_no_password_is_in_the_bundle(bundle):
    assert ":XXXXXXXXXX@" in bundle["databases/voc.yaml"]["sqlalchemy_uri"]


def test_types_and_descriptions_come_from_dbt(sources, tmp_path):
    manifest = tmp_path / "manifest.json"
    column = {"name": "region", "data_type": "text", "description": "Where the store is."}
    node = {
        "name": "mart_nps_region",
        "resource_type": "model",
        "description": "Grain: month and region.",
        "config": {"contract": {"enforced": True}},
        "columns": {"region": column},
    }
    manifest.write_text(json.dumps({"nodes": {"model.voc.mart_nps_region": node}}))

    bundle = build.compile_bundle(sources, build.read_contract(manifest))

    dataset = bundle["datasets/voc/marts__mart_nps_region.yaml"]
    region = next(entry for entry in dataset["columns"] if entry["column_name"] == "region")
    assert (region["type"], region["description"]) == ("TEXT", "Where the store is.")
    assert "Grain: month and region." in dataset["description"]


def test_a_manifest_that_is_none_is_refused(tmp_path, capsys):
    (tmp_path / "manifest.json").write_text("{}")

    assert build.main(["--check", "--manifest", str(tmp_path / "manifest.json")]) == 1
    assert "not a dbt manifest" in capsys.readouterr().err


def test_a_broken_source_names_its_file(tmp_path):
    for folder in ("datasets", "dashboards"):
        (tmp_path / folder).mkdir()
    document = {"about": {"zh": "表", "en": "table"}, "columns": {"a": {"zh": "甲"}}, "metrics": {}}
    (tmp_path / "datasets" / "marts__odd.yaml").write_text(yaml.safe_dump(document))

    with pytest.raises(SourceError, match=r"marts__odd\.yaml: 'en' is missing"):
        read_sources(Path(tmp_path))
