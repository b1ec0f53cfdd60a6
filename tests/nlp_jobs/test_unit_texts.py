"""The labelled units that heads learn from: whole, without doubles, of known labels."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest

from nlp_jobs.components.opinion_unit import OPINION_UNITS
from nlp_jobs.evaluation.training_record import bare_text
from nlp_jobs.taxonomy import load_labels
from nlp_jobs.training import unit_texts
from nlp_jobs.training.unit_texts import (
    JUDGED,
    build_pipes,
    find_units,
    hash_unit,
    read_judgements,
    read_sentences,
)

SENTIMENTS = {"pos", "neg", "neu", "none"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_labels_of_sentences_are_of_the_vocabularies(language: str):
    labels = load_labels()
    columns = ("sentiment", "need", "cause", "emotion")

    rows = [row for _, row in read_sentences(language, columns)]

    for column in columns[1:]:
        assert {row[column] for row in rows} <= labels.slugs(f"{column}_slug") | {"none"}
    assert {row["sentiment"] for row in rows} == SENTIMENTS


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_sentence_apart_is_learnt_from(language: str):
    learnt, apart = (
        {bare_text(row["text"]) for _, row in read_sentences(name, ("topic",))}
        for name in (language, f"{language}_apart")
    )

    assert not learnt & apart


def test_a_missing_column_is_named(tmp_path: Path):
    (tmp_path / "zh.tsv").write_text("topic\ttext\nrefund\t钱还没到账\n", encoding="utf-8")

    with pytest.raises(ValueError, match="does not name sentiment and text"):
        list(read_sentences("zh", ("sentiment",), tmp_path))


def test_judged_units_are_hashes_of_known_labels():
    with JUDGED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    assert {len(row["unit_hash"]) for row in rows} == {16}
    assert len({(row["language"], row["unit_hash"]) for row in rows}) == len(rows)
    assert {row["sentiment"] for row in rows} == SENTIMENTS
    assert all((row["topic"] == "") == (row["touchpoint"] == "") for row in rows)


def test_units_that_were_not_judged_on_a_column_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    judged = tmp_path / "judged.csv"
    judged.write_text(
        "language,unit_hash,topic,touchpoint,sentiment\n"
        "zh,0000000000000001,refund,return_refund,neg\n"
        "zh,0000000000000002,,,pos\n"
        "en,0000000000000003,,,pos\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(unit_texts, "JUDGED", judged)

    assert set(read_judgements("zh", "topic")) == {"0000000000000001"}
    assert set(read_judgements("zh", "sentiment")) == {"0000000000000001", "0000000000000002"}


def test_a_unit_is_found_once_with_its_text(tmp_path: Path):
    with gzip.open(tmp_path / "zh_sentiment_waimai.csv.gz", "wt", encoding="utf-8") as file:
        file.write("label,text\n0,包装箱子破了。但是味道很好！\n0,又来了。包装箱子破了。\n")
    wanted = {hash_unit("包装箱子破了。")}

    files = ("zh_sentiment_hotel", "zh_sentiment_waimai")
    [(key, found)] = find_units("zh", files, tmp_path, wanted)

    assert key == hash_unit("包装箱子破了。")
    assert found.unit.text == "包装箱子破了。"
    assert found.doc.text == "包装箱子破了。但是味道很好！"
    assert found.split in ("train", "calibration", "test")


def test_pipes_end_before_the_named_one():
    nlp = build_pipes("zh", "voc_polarity")

    assert nlp.pipe_names[-1] == "voc_aspects"
    assert nlp("送货很快").user_data[OPINION_UNITS][0].sentiment_label is None
