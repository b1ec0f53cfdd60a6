"""Broken records: each kind that real sources send, with what should become of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from random import Random

from simulator.day_files import RAW_LINE, DayFileWriter, format_moment
from simulator.plan import SHANGHAI, Plan, stream
from simulator.truth import TruthWriter

Record = dict[str, object]


def _review(record_id: str, moment: datetime, rng: Random) -> Record:
    return {
        "review_id": record_id,
        "site": "hemu_mall",
        "outlet_id": None,
        "subject": "us",
        "author": f"用户_{rng.randint(100000, 999999)}",
        "rating": rng.randint(1, 5),
        "rating_scale": 5,
        "title": None,
        "text": rng.choice(
            ("东西还可以，就是等得有点久", "用了几天，没什么毛病", "跟店里看的不太一样")
        ),
        "product_id": "P0001",
        "city": "杭州",
        "url": f"https://hemu-mall.example.com/reviews/{record_id.lower()}",
        "posted_at": format_moment(moment),
    }


def _survey(record_id: str, moment: datetime, rng: Random) -> Record:
    return {
        "response_id": record_id,
        "customer_id": "C00000050",
        "survey_slug": "post_purchase",
        "channel": "sms",
        "nps": rng.randint(0, 10),
        "csat": rng.randint(1, 5),
        "ces": None,
        "comment": None,
        "order_id": None,
        "store_id": None,
        "agent_id": None,
        "submitted_at": format_moment(moment),
    }


def _call(record_id: str, moment: datetime, rng: Random) -> Record:
    return {
        "call_id": record_id,
        "customer_id": "C00000051",
        "agent_id": "A0001",
        "store_id": None,
        "order_id": None,
        "direction": "inbound",
        "started_at": format_moment(moment),
        "ended_at": format_moment(moment + timedelta(seconds=rng.randint(30, 90))),
        "transfers": [],
        "turns": [
            {"speaker": "agent", "start_seconds": 0.0, "text": "您好，请讲"},
            {"speaker": "customer", "start_seconds": 2.1, "text": "喂，听得见吗"},
        ],
    }


def _note(record_id: str, moment: datetime, rng: Random) -> Record:
    return {
        "note_id": record_id,
        "customer_id": "C00000052",
        "agent_id": "A0002",
        "store_id": None,
        "order_id": None,
        "note_text": rng.choice(("客户咨询后未留意见。", "回访无人接听。")),
        "created_at": format_moment(moment),
    }


_MAKERS: dict[str, tuple[str, str, Callable[[str, datetime, Random], Record]]] = {
    "reviews": ("reviews", "review_id", _review),
    "survey_responses": ("surveys", "response_id", _survey),
    "calls": ("calls", "call_id", _call),
    "customer_notes": ("crm_notes", "note_id", _note),
}

# (entity, reason, outcome, field, value); a value of ... takes the field away
# outcome: what a sound landing does. `quarantine` keeps the record out of the raw tables with the
# reason, `landed` takes it as feedback
_FAULTS: tuple[tuple[str, str, str, str, object], ...] = (
    ("reviews", "out_of_range", "quarantine", "rating", 9),
    ("survey_responses", "out_of_range", "quarantine", "nps", 14),
    ("reviews", "empty_feedback", "quarantine", "text", None),
    ("survey_responses", "empty_feedback", "quarantine", "comment", None),
    ("calls", "empty_feedback", "quarantine", "turns", []),
    ("reviews", "bad_date", "quarantine", "posted_at", "0000-00-00 25:61:00"),
    ("reviews", "bad_date", "quarantine", "posted_at", "2199-01-01T00:00:00+08:00"),
    ("reviews", "nul_byte", "quarantine", "text", "收到的时候\u0000包装是好的，东西也没坏"),
    ("reviews", "missing_field", "quarantine", "review_id", ...),
    ("calls", "missing_field", "quarantine", "call_id", ...),
    ("survey_responses", "wrong_type", "quarantine", "csat", "很满意"),
    ("calls", "wrong_type", "quarantine", "turns", "转写失败"),
    ("calls", "bad_json", "quarantine", RAW_LINE, '{"call_id": "K", "turns": [{"speaker": "cust'),
    ("customer_notes", "empty_feedback", "quarantine", "note_text", "   "),
    ("reviews", "unknown_column", "landed", "helpful_votes", 17),
)
_SCORES = ("rating", "nps", "csat", "ces")


class FaultInjector:
    """Spreads broken records over the plan: each kind at least once, one more per 5,000 texts."""

    def __init__(self, plan: Plan, writer: DayFileWriter, truth: TruthWriter) -> None:
        self._writer = writer
        self._truth = truth
        self._plan = plan
        self._count = 0
        rng = stream(plan.seed, "faults")
        rounds = max(1, plan.feedback // 5000)
        self._days: dict[date, list[int]] = {}
        for _ in range(rounds):
            for number in range(len(_FAULTS)):
                day = plan.start + timedelta(days=rng.randint(0, len(plan.days) - 1))
                self._days.setdefault(day, []).append(number)

    def play(self, day: date) -> None:
        """Write the broken records of a day into their sources."""
        for number in self._days.get(day, []):
            self._count += 1
            rng = stream(self._plan.seed, "fault", self._count)
            self._break(day, number, rng)

    def _break(self, day: date, number: int, rng: Random) -> None:
        entity, reason, outcome, field, value = _FAULTS[number]
        source, id_field, make = _MAKERS[entity]
        record_id = f"X{self._count:06d}"
        moment = datetime.combine(day, time(rng.randint(9, 21), rng.randint(0, 59)), SHANGHAI)
        record = make(record_id, moment, rng)
        if value is ...:
            del record[field]
        else:
            record[field] = value
        if reason == "empty_feedback":
            record.update({score: None for score in _SCORES if score in record})
        moment_of_arrival = min(moment + timedelta(minutes=5), self._plan.last_moment)
        self._writer.add(entity, record_id, record, moment_of_arrival)
        self._truth.write(
            "broken_records",
            {
                "source_slug": source,
                "entity": entity,
                "source_record_id": None if field == RAW_LINE else record.get(id_field),
                "expected_reason": reason,
                "expected_outcome": outcome,
                "field": field,
                "updated_at": format_moment(moment_of_arrival),
            },
        )
