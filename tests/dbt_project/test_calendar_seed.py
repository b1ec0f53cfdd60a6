"""The committed calendar is what the generator writes, and it knows the decrees."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from warehouse.calendar_seed import write_calendar_seed

PROJECT_DIR = Path(__file__).resolve().parents[2] / "dbt_project"
CALENDAR = PROJECT_DIR / "seeds" / "calendar.csv"


@pytest.fixture(scope="module")
def days() -> dict[str, dict[str, str]]:
    with CALENDAR.open(encoding="utf-8") as file:
        return {row["calendar_date"]: row for row in csv.DictReader(file)}


def test_committed_calendar_is_up_to_date(tmp_path: Path, days: dict[str, dict[str, str]]):
    first_year, last_year = int(min(days)[:4]), int(max(days)[:4])

    write_calendar_seed(tmp_path / "calendar.csv", first_year, last_year)

    assert (tmp_path / "calendar.csv").read_text(encoding="utf-8") == CALENDAR.read_text(
        encoding="utf-8"
    )


@pytest.mark.parametrize(
    ("day", "kind", "name_zh"),
    [
        pytest.param(
            "2025-01-26", "makeup_workday", "", id="Sunday worked for Spring Festival 2025"
        ),
        pytest.param("2025-02-04", "holiday", "春节", id="day in lieu bears the festival's name"),
        pytest.param(
            "2025-10-06", "holiday", "中秋节", id="Mid-Autumn within the National Day week"
        ),
        pytest.param(
            "2026-02-14", "makeup_workday", "", id="Saturday worked for Spring Festival 2026"
        ),
        pytest.param("2026-10-01", "holiday", "国庆节", id="National Day"),
    ],
)
def test_calendar_knows_the_decrees(
    days: dict[str, dict[str, str]], day: str, kind: str, name_zh: str
):
    assert (days[day]["day_kind"], days[day]["holiday_name_zh"]) == (kind, name_zh)


def test_plain_days_are_left_out(days: dict[str, dict[str, str]]):
    assert "2026-03-11" not in days  # a Wednesday
    assert "2026-03-14" not in days  # a Saturday


def test_years_in_the_wrong_order_are_refused(tmp_path: Path):
    with pytest.raises(ValueError, match="lies after"):
        write_calendar_seed(tmp_path / "calendar.csv", 2027, 2026)
