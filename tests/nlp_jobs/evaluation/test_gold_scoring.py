import json

import pytest

from nlp_jobs.evaluation.alignment import trace
from nlp_jobs.evaluation.gold_duplicates import pairs, score_duplicates
from nlp_jobs.evaluation.gold_redaction import read_redacted_spans, score_redaction
from nlp_jobs.evaluation.gold_set import score_gold_set
from nlp_jobs.evaluation.gold_units import (
    COLUMNS,
    Unit,
    match,
    read_gold_units,
    read_label,
    score_alarm,
    score_label_column,
    score_segmentation,
)


def unit(start: int, end: int, **labels) -> Unit:
    return Unit(start, end, dict.fromkeys((*COLUMNS, "sentiment")) | labels)


def test_a_gold_unit_takes_its_labels_from_the_parts_it_was_cut_into():
    gold = [
        unit(0, 20, touchpoint="delivery", severity="legal"),
        unit(20, 30, sentiment="positive"),
    ]
    predicted = [
        unit(0, 8, severity="medium"),
        unit(8, 20, touchpoint="delivery", severity="legal"),
        unit(20, 30),
    ]

    found = match(gold, predicted)

    assert found.answers[0]["touchpoint"] == "delivery"
    assert found.answers[0]["severity"] == "legal"
    assert found.answers[1]["sentiment"] is None
    assert found.strays == []
    assert (found.found, found.predicted) == (2, 3)


def test_units_that_touch_nothing_are_false_alarms():
    found = match([unit(0, 5, severity="safety")], [unit(0, 5, severity="safety"),
                                                    unit(6, 9, severity="safety")])  # fmt: skip

    alarm = score_alarm([found], {"safety"})
    column = score_label_column([found], "severity")

    assert (alarm.n, alarm.recall.value, alarm.precision.value) == (1, 1.0, 0.5)
    assert (column.recall.value, column.precision.value, column.accuracy.value) == (1.0, 0.5, 1.0)


def test_a_wrong_label_counts_against_both_sides_and_none_is_no_label():
    found = match(
        [unit(0, 5, intent="complaint"), unit(5, 9), unit(9, 12, intent="praise")],
        [unit(0, 5, intent="praise"), unit(5, 9), unit(9, 12, intent="praise")],
    )

    column = score_label_column([found], "intent")

    assert column.accuracy.value == pytest.approx(2 / 3)
    assert column.recall.value == 0.5
    assert column.precision.value == 0.5
    assert [score.label for score in column.labels] == ["complaint", "praise"]


def test_segmentation_needs_half_of_what_both_cover():
    found = match([unit(0, 10), unit(10, 20)], [unit(0, 6), unit(6, 14), unit(14, 20)])

    result = score_segmentation([found])

    assert result.recall.value == 1.0
    assert result.precision.value == pytest.approx(2 / 3)


def test_gold_units_are_found_one_behind_the_other():
    labels = dict.fromkeys((*COLUMNS, "sentiment"))
    document = {"text": "好，好", "units": [{"text": "好", **labels}, {"text": "好", **labels}]}

    assert [found.span for found in read_gold_units(document)] == [(0, 1), (2, 3)]
    assert [read_label("effort", value) for value in (-3, 2, None)] == ["high", "low", None]


def test_places_are_traced_through_cleaning_and_redaction():
    written, rewritten = "電話  １３８００００１２３４ 很好", "电话 [手机号] 很好"

    places = trace(written, rewritten)

    assert written[places[rewritten.index("很")] :] == "很好"
    assert places[0] == 0
    assert places[-1] == len(written)


def test_redacted_spans_are_read_from_the_finished_text():
    text = "我的手机号是１３８００１３８０００，邮箱 lee@example.com，谢谢"

    spans = read_redacted_spans(text)

    assert [(text[span.start : span.end], span.type) for span in spans] == [
        ("１３８００１３８０００", "phone"),
        ("lee@example.com", "email"),
    ]


def test_redacted_spans_of_a_dialogue_are_found_behind_its_marks():
    text = "客服：请留个电话\n客户：13800138000，麻烦快点"

    [span] = read_redacted_spans(text)

    assert text[span.start : span.end] == "13800138000"


def test_redaction_counts_what_is_left_and_what_was_taken_for_nothing():
    phone, order = "13800138000", "20260101123456789"
    text = f"打{phone}找我，单号{order}"
    kept = "住在三楼"
    documents = [
        {"text": text, "spans": [{"start": 1, "end": 12, "type": "phone"}]},
        {"text": kept, "spans": [{"start": 0, "end": 4, "type": "address"}]},
    ]

    [found] = score_redaction(documents, "x")

    assert found.recall.value == 0.5
    assert found.precision.value == 0.5
    assert {score.label: score.n for score in found.labels} == {
        "address": 1,
        "order_number": 0,
        "phone": 1,
    }


def test_pairs_of_clusters():
    assert pairs(["a", "b", "a", None, "a", None]) == {(0, 2), (0, 4), (2, 4)}


def test_copies_with_small_changes_are_found_and_other_statements_are_not():
    said = "门店的自助结账机老是扫不出条码，每次都要叫店员过来帮忙，比排队还慢"
    documents = [
        {"cluster": "c1", "text": said},
        {"cluster": "c1", "text": said.replace("，", " ").replace("店员", "店员😅")},
        {"cluster": None, "text": "门店的自助结账机很好用，再也不用排队了，希望多放几台在入口旁边"},
    ]

    [found] = score_duplicates(documents, "x")

    assert (found.n, found.precision.value, found.recall.value) == (1, 1.0, 1.0)


def test_a_gold_folder_is_scored_by_part_and_missing_files_are_named(tmp_path):
    labels = dict.fromkeys(COLUMNS) | {"promise_role": "none"}
    lines = [
        {
            "id": part,
            "part": part,
            "text": "物流太慢了",
            "units": [{"text": "物流太慢了", **labels, "sentiment": "negative"}],
        }
        for part in ("dev", "test")
    ]
    path = tmp_path / "units.jsonl"
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines))

    found = list(score_gold_set(["sentiment", "redaction"], folder=tmp_path))

    assert [(result.data_set, result.task, result.status) for result in found] == [
        ("gold units dev", "sentiment", "scored"),
        ("gold units test", "sentiment", "scored"),
        ("gold redaction", "-", "skipped"),
    ]
    assert found[0].accuracy.value == 1.0
