"""The in-memory path as a stream: column order, bounded chunks, bounded memory, long texts."""

import time

import pytest

from nlp_jobs import annotate
from nlp_jobs.annotate import (
    DOCUMENT_COLUMNS,
    LABEL_COLUMNS,
    UNIT_COLUMNS,
    Annotator,
    Feedback,
    iter_chunks,
)
from nlp_jobs.pipelines import build_pipeline

REVIEW = "送货速度很快，包装也好，但是客服态度很差，问了三次都没人回。"


def feedback(text: str | None, turns: list | None = None) -> Feedback:
    return Feedback("key", text, turns, "hash", "reviews")


def test_rows_hold_their_columns_in_order(annotator: Annotator):
    document, units = annotator.annotate("key", REVIEW, None, "hash", "reviews")

    assert tuple(document) == DOCUMENT_COLUMNS
    assert units and all(tuple(unit) == UNIT_COLUMNS for unit in units)


def test_chunks_are_bounded_by_pieces_and_by_characters(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(annotate, "CHUNK", 3)
    monkeypatch.setattr(annotate, "CHUNK_CHARACTERS", 10)
    stream = [feedback("一"), feedback(None), feedback("二"), feedback("三" * 12)]
    stream += [feedback(None, [{"speaker": "customer", "text": "四" * 10}]), feedback("五")]

    assert [len(chunk) for chunk in iter_chunks(stream)] == [3, 1, 1, 1]


def test_labels_are_those_of_a_text_alone_whatever_stands_beside_it(annotator: Annotator):
    texts = [REVIEW, "", "好", "ok, but late\nreally late", "退" * 30, REVIEW[::-1], "App很卡"]
    together = list(annotator.annotate_many(feedback(text) for text in texts))
    alone = [next(annotator.annotate_many([feedback(text)])) for text in texts]

    assert together == alone


def test_a_spacy_doc_alone_gets_the_labels_that_the_batch_gives(annotator: Annotator):
    texts = [REVIEW, "好", "质量不错 就是有点贵.. 下次再来~~", "“真快！”她说-- 但是坏了", "App很卡"]
    batch = annotator.annotate_many(feedback(text) for text in texts)
    nlp = build_pipeline("zh")

    for text, (_, rows) in zip(texts, batch, strict=True):
        units = nlp(text)._.opinion_units
        assert rows and [row["redacted_text"] for row in rows] == [unit.text for unit in units]
        for row, unit in zip(rows, units, strict=True):
            assert [row[name] for name in LABEL_COLUMNS] == [
                getattr(unit, name) for name in LABEL_COLUMNS
            ]


def test_a_vocabulary_that_grew_is_forgotten(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(annotate, "NEW_WORDS", 50)
    annotator = Annotator("retail")
    before = list(annotator.annotate_many([feedback(REVIEW)]))
    vocabulary = annotator.pipelines["en"].vocab

    for number in range(20):
        words = " ".join(f"word{number}x{place}" for place in range(40))
        list(annotator.annotate_many([feedback(f"the parcel {words}")]))

    assert "word0x0" not in vocabulary.strings
    assert list(annotator.annotate_many([feedback(REVIEW)])) == before


@pytest.mark.parametrize(
    "text",
    [
        REVIEW * 3300,
        "质量很好" * 25_000,
        "，" * 100_000,
        "不" * 100_000,
        "but slow " * 11_000,
        "a" * 100_000,
        "1" * 100_000,
        "（" * 100_000,
    ],
    ids=["reviews", "no_signs", "commas", "negators", "english", "letter", "digit", "bracket"],
)
def test_a_text_of_100_kb_does_not_stall_the_batch(annotator: Annotator, text: str):
    started = time.process_time()
    document, units = annotator.annotate("key", text, None, "hash", "reviews")
    seconds = time.process_time() - started

    assert document["unit_count"] == len(units)
    assert all(unit["char_end"] <= len(text) for unit in units)
    assert seconds < 15  # about one second on an idle machine; a quadratic step takes minutes
