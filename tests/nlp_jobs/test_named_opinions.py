"""Opinions about a named term: the shipped heads, a head of one's own, and the file command."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nlp_jobs.annotate_file import annotate_file
from nlp_jobs.named_opinions import Named, NamedOpinionReader, compose, find_clause, list_languages
from nlp_jobs.training import train_named_opinions
from warehouse.cli.app import app

OWN_ROWS = [
    ("手感很好", "手感", "1"),
    ("做工很好", "做工", "1"),
    ("屏幕很好", "屏幕", "1"),
    ("手感很差", "手感", "-1"),
    ("做工很差", "做工", "-1"),
    ("屏幕很差", "屏幕", "-1"),
    ("手感一般", "手感", "0"),
    ("做工一般", "做工", "0"),
    ("屏幕一般", "屏幕", "0"),
] * 4


def write_rows(path: Path, rows: list[tuple[str, str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("text", "aspect_term", "polarity"))
        # told apart by a number, so that the rows fall into different folds
        writer.writerows((f"{text}{n}", term, label) for n, (text, term, label) in enumerate(rows))
    return path


def test_one_text_is_praise_of_one_thing_and_blame_of_another():
    text = "屏幕很清晰，但是电池不耐用，半天就没电"
    screen, battery = NamedOpinionReader("zh").read([Named(text, "屏幕"), Named(text, "电池")])
    assert (screen.sentiment_label, battery.sentiment_label) == ("positive", "negative")
    assert 1 / 3 <= screen.sentiment_confidence <= 1


def test_words_said_of_the_term_decide_where_they_are_marked():
    text = "the food was great but the service was slow"
    food, service = NamedOpinionReader("en").read(
        [Named(text, "food", "great"), Named(text, "service", "slow")]
    )
    assert (food.sentiment_label, service.sentiment_label) == ("positive", "negative")


def test_so_so_is_neutral():
    [opinion] = NamedOpinionReader("zh").read([Named("味道一般，环境不错", "味道", "一般")])
    assert opinion.sentiment_label == "neutral"


def test_scripts_do_not_matter_and_nothing_asked_is_nothing_answered():
    reader = NamedOpinionReader("zh")
    assert reader.read([Named("電池不耐用", "電池")]) == reader.read([Named("电池不耐用", "电池")])
    assert reader.read([]) == []


def test_a_term_is_read_with_its_clause():
    assert find_clause("屏幕好，电池差。", "电池") == "电池差"
    assert find_clause("屏幕好", "电池") == "屏幕好"
    assert compose(Named("屏幕好，电池差", "电池"), "zh") == "电池|电池差"
    assert compose(Named("屏幕好，电池差", "电池", "差"), "zh") == "电池 差"
    assert compose(Named("都不错", ""), "zh") == "|都不错"


def test_a_language_without_a_head_names_those_that_have_one():
    assert set(list_languages()) == {"zh", "en"}
    with pytest.raises(ValueError, match="'fr'; there are: en, zh"):
        NamedOpinionReader("fr")


def test_own_rows_train_a_head_and_the_same_rows_the_same(tmp_path: Path):
    source = write_rows(tmp_path / "own.csv", OWN_ROWS)
    for out in ("one", "two"):
        train_named_opinions.main(
            ["--language", "zh", "--csv", str(source), "--out", str(tmp_path / out)]
        )
    first, second = (NamedOpinionReader("zh", tmp_path / out) for out in ("one", "two"))
    named = [Named("外壳很差", "外壳"), Named("外壳很好", "外壳"), Named("外壳一般", "外壳")]
    labels = [opinion.sentiment_label for opinion in first.read(named)]
    assert labels == ["negative", "positive", "neutral"]
    assert first.read(named) == second.read(named)
    metrics = json.loads((tmp_path / "one" / "opinions_zh.metrics.json").read_text("utf-8"))
    assert metrics["trained_on"]["own"]["licence"] == "own data"


def test_a_file_without_a_needed_column_is_refused(tmp_path: Path):
    (tmp_path / "bad.csv").write_text("text,polarity\n好,1\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no column aspect_term"):
        train_named_opinions.main(["--language", "zh", "--csv", str(tmp_path / "bad.csv")])


def test_files_get_the_opinion_about_each_rows_term(tmp_path: Path):
    rows = [
        {"text": "屏幕很清晰，但是电池不耐用", "feature": "电池"},
        {"text": "屏幕很清晰，但是电池不耐用", "feature": ""},
        {"text": "the battery died after an hour, but the screen is great", "feature": "screen"},
        {"text": "экран хороший, батарея плохая", "feature": "экран"},
    ]
    source, out = tmp_path / "rows.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    annotate_file(str(source), str(out), term_column="feature")
    lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    found = [line["document"]["named_opinion"] for line in lines]
    assert found[0]["sentiment_label"] == "negative"
    assert found[1] is None
    assert found[2]["sentiment_label"] == "positive"
    assert found[3] is None


def test_words_without_their_term_are_refused():
    outcome = CliRunner().invoke(app, ["annotate", "-", "--said-column", "words"])
    assert outcome.exit_code == 2
    assert "--term-column" in outcome.output
