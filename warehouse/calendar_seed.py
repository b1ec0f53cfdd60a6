"""China's statutory calendar -> dbt_project/seeds/calendar.csv.

One row per day that the State Council took out of the plain Monday-to-Friday week: statutory
holidays with their days in lieu, and the weekend days that are worked to make up for them.
`dim_date` lays these rows over the plain week. The decree for a year is published in the
autumn before it; later years hold the statutory days alone until the library knows the decree.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

COLUMNS = ("calendar_date", "day_kind", "is_workday", "holiday_name_zh", "holiday_name_en")

# the years of the committed seed
FIRST_YEAR, LAST_YEAR = 2005, 2035

# the library calls a day in lieu by this word, not by the holiday that it lengthens
DAY_OFF = ("休息日", "Day off")


def write_calendar_seed(path: Path, first_year: int, last_year: int) -> int:
    """Write the days of `first_year`..`last_year` (both included) to `path`; return how many."""
    rows = list(iter_decreed_days(first_year, last_year))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    return len(rows)


def iter_decreed_days(first_year: int, last_year: int) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield one row of `COLUMNS` per day that differs from the plain week, oldest first."""
    import holidays

    if first_year > last_year:
        raise ValueError(f"the first year {first_year} lies after the last year {last_year}")
    years = range(first_year, last_year + 1)
    chinese = holidays.country_holidays("CN", years=years, language="zh_CN")
    english = holidays.country_holidays("CN", years=years, language="en_US")
    names = {day: (plain_name(chinese[day]), plain_name(english[day])) for day in sorted(chinese)}
    day, last_day = date(first_year, 1, 1), date(last_year, 12, 31)
    while day <= last_day:
        if day in names:
            name_zh, name_en = nearest_holiday(day, names)
            yield day.isoformat(), "holiday", "false", name_zh, name_en
        elif day.weekday() >= 5 and chinese.is_working_day(day):
            yield day.isoformat(), "makeup_workday", "true", "", ""
        day += timedelta(days=1)


def plain_name(name: str) -> str:
    """Drop what the library adds in brackets: that a day is observed, or stands for another."""
    return name.split("（")[0].split(" (")[0].strip()


def nearest_holiday(day: date, names: dict[date, tuple[str, str]]) -> tuple[str, str]:
    """Return the Chinese and English name of the holiday that `day` belongs to."""
    if names[day] != DAY_OFF:
        return names[day]
    named = [other for other, name in names.items() if name != DAY_OFF]
    return names[min(named, key=lambda other: (abs(other - day), other))]
