"""The committed events are what config/events.yml says, and a wrong file says where it is wrong."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from warehouse.event_seed import EventError, list_windows, read_events, write_event_seed

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "config" / "events.yml"
SEED = ROOT / "dbt_project" / "seeds" / "events.csv"
HEAD = "version: 1\nyears: {first: 2025, last: 2026}\nevents:\n"


def write(path: Path, event: str) -> Path:
    path.write_text(f"{HEAD}  - {{slug: a, name: {{zh: 甲, en: A}}, {event}}}\n", encoding="utf-8")
    return path


def test_committed_events_are_up_to_date(tmp_path: Path):
    write_event_seed(CONFIG, tmp_path / "events.csv")

    assert (tmp_path / "events.csv").read_bytes() == SEED.read_bytes()
    assert "double_eleven,双十一,Double Eleven,shopping,2026-11-01,2026-11-11" in SEED.read_text(
        encoding="utf-8"
    )


def test_a_window_over_new_year_ends_in_the_next_one(tmp_path: Path):
    path = write(tmp_path / "events.yml", 'kind: shopping, yearly: {first: "12-30", last: "01-02"}')
    (event,) = read_events(path).events

    assert list_windows(event, 2025, 2026) == [
        (date(2025, 12, 30), date(2026, 1, 2)),
        (date(2026, 12, 30), date(2027, 1, 2)),
    ]


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ("kind: shopping", "give either yearly or once"),
        ('kind: company, once: {first: "2026-05-03", last: "2026-05-01"}', "before the first"),
        ('kind: shopping, yearly: {first: "02-29", last: "03-01"}', "day"),
        ('kind: sale, yearly: {first: "02-01", last: "03-01"}', "kind"),
    ],
)
def test_a_wrong_event_says_where_and_why(tmp_path: Path, event: str, why: str):
    path = write(tmp_path / "events.yml", event)

    with pytest.raises(EventError, match=re.escape(why)) as refused:
        read_events(path)
    assert str(path) in str(refused.value)
