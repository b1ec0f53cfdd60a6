"""Routers: trained on made-up rows, loaded by name, and used by `voc annotate`."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nlp_jobs.annotate_file import annotate_file
from nlp_jobs.label_heads import load_label_heads
from nlp_jobs.routing_heads import Router, list_routers
from nlp_jobs.training import train_routing
from nlp_jobs.training.routing_texts import make_recipes, read_routed

PLACES = ["上周", "昨天", "周末", "早上", "去年", "月初", "晚上", "春节", "国庆", "中午"]
WISHES = ["请尽快处理", "希望有人联系我", "盼回复", "已经打过两次电话", "太失望了"]
DESKS = {"parcel": "寄的包裹一直没到，快递单号查不到", "repair": "修的洗衣机又漏水，师傅没修好"}


def write_rows(path: Path) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["message", "desk"])
        for place in PLACES:
            for wish in WISHES:
                writer.writerows([f"{place}{text}，{wish}", desk] for desk, text in DESKS.items())
        writer.writerow(["没有标签的一行", ""])


def train(path: Path, out: Path) -> None:
    columns = ["--text-column", "message", "--label-column", "desk"]
    train_routing.main(["--name", "desk", "--csv", str(path), *columns, "--out", str(out)])


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    write_rows(folder / "rows.csv")
    train(folder / "rows.csv", folder)
    return folder


def test_a_router_trained_on_own_rows_routes_what_is_plain(models: Path):
    router = Router("desk", models)

    parcel, repair = router.route(["包裹还没有到", "洗衣机修了还是漏水"])

    assert router.labels == ("parcel", "repair")
    assert (parcel.label, repair.label) == ("parcel", "repair")
    assert 0.5 < parcel.confidence <= 1
    metrics = json.loads((models / "routing_desk.metrics.json").read_text())
    assert metrics["cross_validation"]["accuracy"] > 0.9
    assert metrics["trained_on"]["rows"]["licence"] == "own data"


def test_the_same_rows_give_the_same_router(models: Path, tmp_path: Path):
    train(models / "rows.csv", tmp_path)

    first, second = (load_label_heads(f / "routing_desk.npz") for f in (models, tmp_path))
    assert np.array_equal(first.weights, second.weights)


def test_traditional_script_is_routed_as_simplified(models: Path):
    router = Router("desk", models)

    assert router.route(["快遞單號查不到"]) == router.route(["快递单号查不到"])


def test_an_empty_text_gets_a_route_and_no_text_none(models: Path):
    router = Router("desk", models)

    assert router.route([""])[0].label in router.labels
    assert router.route([]) == []


def test_an_unknown_router_names_the_known_ones(models: Path):
    with pytest.raises(ValueError, match="desk"):
        Router("nowhere", models)


def test_a_missing_column_is_named(models: Path):
    with pytest.raises(ValueError, match="no column topic"):
        read_routed(models / "rows.csv", ("message",), "topic", "zh")


def test_what_the_form_says_goes_before_the_text_and_leaves_its_place_alone(tmp_path: Path):
    path = tmp_path / "rows.csv"
    path.write_text("brand,text,desk\n吉利,发动机漏油了,repair\n大众,发动机漏油了,repair\n")

    bare = read_routed(path, ("text",), "desk", "zh")
    with_form = read_routed(path, ("text",), "desk", "zh", form_columns=("brand",))

    assert [row.text for row in with_form] == ["吉利 发动机漏油了", "大众 发动机漏油了"]
    assert {row.place for row in with_form} == {row.place for row in bare}
    assert [row.bare for row in with_form] == [row.text for row in bare]


def test_the_car_decides_where_the_complaint_does_not():
    complaint = "行驶中突然熄火"

    petrol, electric = Router("car_complaints_form_zh").route(
        [f"大众 朗逸 2021款 1.5L 自动 {complaint}", f"比亚迪 海豚 2023款 纯电动 {complaint}"]
    )

    assert petrol.label == "发动机"
    assert electric.label == "动力电池及电源管理系统"


def test_chinese_and_english_routers_are_shipped():
    assert {"car_complaints_zh", "public_messages_zh", "nhs_topics_en"} <= set(list_routers())


@pytest.mark.parametrize("name", list_routers())
def test_shipped_weights_fit_the_features_of_their_recipe(name: str):
    router = Router(name)

    recipe, features = make_recipes()[name], router.heads.features
    assert features == replace(recipe.features, forms=features.forms)
    assert bool(features.forms) == recipe.tells_forms_apart
    assert router.heads.columns.max() < router.heads.features.width


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("变速箱低速顿挫得厉害，一挡升二挡像被人踹一脚，4S店说是正常现象", "传动系"),
        ("刚踩下去刹车踏板特别硬，刹不住车，差点追尾", "制动系"),
        ("刚提车不到一个月就降价两万，销售故意隐瞒，这是欺骗消费者", "销售欺诈"),
        ("天窗边上一下雨就漏水，顶棚都湿透了", "车身"),
        ("冬天续航里程只剩一半，充电桩也充不满", "动力电池及电源管理系统"),
    ],
)
def test_car_complaints_go_where_they_belong(text: str, label: str):
    assert Router("car_complaints_zh").route([text])[0].label == label


def test_annotate_adds_the_route_to_the_document(tmp_path: Path):
    source = tmp_path / "in.jsonl"
    rows = [{"text": "方向盘往右跑偏，转向机异响"}, {"text": 5}, {"text": None}]
    source.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows))

    annotate_file(str(source), str(tmp_path / "out.jsonl"), router="car_complaints_zh")

    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert lines[0]["document"]["route"]["label"] == "转向系"
    assert "document" not in lines[1]
    assert 0 < lines[2]["document"]["route"]["confidence"] < 1
