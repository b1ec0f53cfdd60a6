import csv

from nlp_jobs.evaluation.error_rates import SEED, count_errors
from nlp_jobs.pipelines import pipeline_version


def gold(text: str, *units: tuple[str, str, str]) -> dict:
    labels = dict.fromkeys(
        (
            "touchpoint",
            "department",
            "intent",
            "need",
            "need_kind",
            "severity",
            "promise_role",
            "effort",
            "decision_effect",
            "cause",
            "emotion",
        )
    )
    return {
        "text": text,
        "units": [
            {"text": said, "topic": topic, "sentiment": sentiment} | labels
            for said, topic, sentiment in units
        ],
    }


def answer(text: str, topic: str | None, sentiment: str) -> tuple[dict, list[dict]]:
    unit = {
        "speaker": "customer",
        "char_start": 0,
        "char_end": len(text),
        "sentiment_label": sentiment,
        "topic_slug": topic,
    }
    columns = ("touchpoint", "department", "intent", "need", "severity", "decision_effect")
    unit |= {f"{name}_slug": None for name in (*columns, "cause", "emotion")}
    unit |= {"need_kind": None, "promise_role": None, "effort": None}
    return {"redacted_text": text}, [unit]


def test_finds_and_false_alarms_are_counted_by_document():
    documents = [
        gold("退款慢", ("退款慢", "refund", "negative")),
        gold("退款快", ("退款快", "refund", "positive")),
        gold("没货", ("没货", "stock", "negative")),
        gold("缺货", ("缺货", "stock", "negative")),
    ]
    labelled = [
        answer("退款慢", "refund", "negative"),
        answer("退款快", "refund", "positive"),
        answer("没货", None, "negative"),
        answer("缺货", "refund", "negative"),
    ]

    counts = {row[:2]: row[2:] for row in count_errors(documents, labelled, ["refund", "stock"])}

    assert counts == {
        ("complaint", "refund"): (1, 1, 3, 1),
        ("complaint", "stock"): (2, 0, 2, 0),
        ("mention", "refund"): (2, 2, 2, 1),
        ("mention", "stock"): (2, 0, 2, 0),
    }


def test_the_shipped_rates_are_those_of_the_shipped_pipeline():
    with SEED.open(encoding="utf-8") as file:
        versions = {row["pipeline_version"] for row in csv.DictReader(file)}

    assert versions == {pipeline_version("retail")}, (
        "the labels changed: run `python -m nlp_jobs.evaluation.error_rates`"
    )
