"""The sentences about the topics of the retail pack: whole, without doubles, of known slugs."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from nlp_jobs.evaluation.training_record import bare_text
from nlp_jobs.taxonomy import load_pack
from nlp_jobs.training.topic_texts import HEADER, TopicText, read_topic_texts

PACK = load_pack("retail")


@pytest.mark.parametrize(("language", "least"), [("zh", 24), ("en", 15)])
def test_every_topic_has_sentences_and_none_stands_twice(language: str, least: int):
    texts = read_topic_texts(language, PACK)

    counts = Counter(text.topic for text in texts)
    assert all(counts[topic.slug] >= least for *_, topic in PACK.iter_topics())
    assert max(Counter(bare_text(text.text) for text in texts).values()) == 1


def test_none_is_no_topic(tmp_path: Path):
    write(
        tmp_path,
        "refund\treturn_refund\t钱还没到账",
        "none\tdelivery\t換一家快遞吧",
        "none\tnone\t谢谢",
    )

    assert read_topic_texts("zh", PACK, tmp_path) == [
        TopicText("refund", "return_refund", "钱还没到账"),
        TopicText(None, "delivery", "换一家快递吧"),
        TopicText(None, None, "谢谢"),
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("refund\t钱还没到账", "line 2: not three values"),
        ("refund\treturn_refund\t", "line 2: not three values"),
        ("refunds\treturn_refund\t钱还没到账", "refunds at return_refund is not in the pack"),
        ("refund\tdelivery\t钱还没到账", "refund at delivery is not in the pack"),
        ("none\tshipping\t换一家快递吧", "no touchpoint shipping"),
    ],
)
def test_broken_lines_are_named(tmp_path: Path, line: str, message: str):
    write(tmp_path, line)

    with pytest.raises(ValueError, match=message):
        read_topic_texts("zh", PACK, tmp_path)


def test_a_file_without_its_header_is_refused(tmp_path: Path):
    (tmp_path / "zh.tsv").write_text("refund\treturn_refund\t钱还没到账\n", encoding="utf-8")

    with pytest.raises(ValueError, match="first line"):
        read_topic_texts("zh", PACK, tmp_path)


def write(folder: Path, *lines: str) -> None:
    (folder / "zh.tsv").write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
