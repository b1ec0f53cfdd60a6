import json

from typer.testing import CliRunner

from warehouse.cli.app import app

ROWS = ["label,text", "1,味道很好，送得也快", "0,太难吃了，还等了两个小时", "1,非常满意，谢谢店家"]


def test_a_folder_is_scored_as_json_and_as_tables(tmp_path):
    (tmp_path / "zh_sentiment_waimai.csv").write_text("\n".join(ROWS), encoding="utf-8")
    (tmp_path / "holiday.csv").write_text("a,b\n1,2\n")
    page = tmp_path / "out.md"

    shown = CliRunner().invoke(app, ["evaluate", "--sets", str(tmp_path), "--json"])
    tables = CliRunner().invoke(app, ["evaluate", "--sets", str(tmp_path), "--out", str(page)])

    assert shown.exit_code == tables.exit_code == 0
    unknown, scored = json.loads(shown.stdout)["results"]
    assert (unknown["data_set"], unknown["status"]) == ("holiday", "skipped")
    assert (scored["task"], scored["n"], scored["accuracy"]["value"]) == ("polarity", 3, 1.0)
    assert scored["confusion"]["labels"] == ["negative", "positive"]
    assert "gold \\ predicted" in tables.stdout
    assert "| zh_sentiment_waimai | polarity | 3 |" in page.read_text(encoding="utf-8")


def test_a_task_that_the_files_do_not_have_leaves_nothing(tmp_path):
    (tmp_path / "zh_sentiment_waimai.csv").write_text("\n".join(ROWS), encoding="utf-8")

    shown = CliRunner().invoke(
        app, ["evaluate", "--sets", str(tmp_path), "--task", "routing", "--json"]
    )

    assert shown.exit_code == 0
    assert json.loads(shown.stdout)["results"] == []


def test_an_unknown_task_is_refused_with_the_known_ones():
    shown = CliRunner().invoke(app, ["evaluate", "--task", "sentimant"])

    assert shown.exit_code == 2
    assert "sentimant" in shown.output
    assert "segmentation" in shown.output
