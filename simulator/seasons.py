"""The company's calendar: growth, seasons, campaigns and the weekly rhythm of its customers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from random import Random

# first day of the lunar year
LUNAR_NEW_YEARS = [
    date(2010, 2, 14), date(2011, 2, 3), date(2012, 1, 23), date(2013, 2, 10), date(2014, 1, 31),
    date(2015, 2, 19), date(2016, 2, 8), date(2017, 1, 28), date(2018, 2, 16), date(2019, 2, 5),
    date(2020, 1, 25), date(2021, 2, 12), date(2022, 2, 1), date(2023, 1, 22), date(2024, 2, 10),
    date(2025, 1, 29), date(2026, 2, 17), date(2027, 2, 6), date(2028, 1, 26), date(2029, 2, 13),
    date(2030, 2, 3), date(2031, 1, 23), date(2032, 2, 11), date(2033, 1, 31), date(2034, 2, 19),
    date(2035, 2, 8), date(2036, 1, 28), date(2037, 2, 15), date(2038, 2, 4), date(2039, 1, 24),
    date(2040, 2, 12),
]  # fmt: skip

# Monday to Sunday
ORDER_WEEKDAYS = (0.90, 0.88, 0.90, 0.93, 1.05, 1.20, 1.14)
FEEDBACK_WEEKDAYS = (1.12, 1.04, 1.00, 0.98, 0.96, 0.94, 0.96)

# hour -> weight
WEB_HOURS = (3, 2, 1, 1, 1, 1, 2, 4, 6, 8, 9, 9, 11, 10, 8, 8, 8, 8, 9, 12, 15, 16, 13, 7)
CALL_HOURS = (0, 0, 0, 0, 0, 0, 0, 0, 4, 12, 15, 12, 7, 8, 12, 13, 12, 10, 7, 6, 5, 2, 0, 0)
STORE_HOURS = (0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 7, 9, 7, 7, 9, 10, 10, 9, 9, 10, 8, 4, 0, 0)

ANNUAL_GROWTH = 0.22


@lru_cache(maxsize=8192)
def days_from_new_year(day: date) -> int:
    """Return how many days `day` lies after (before: negative) the nearest lunar New Year."""
    return min(((day - new_year).days for new_year in LUNAR_NEW_YEARS), key=abs)


@lru_cache(maxsize=8192)
def campaign_on(day: date) -> str | None:
    """Return the sales campaign that runs on a day, as customers call it."""
    if (day.month, day.day) >= (5, 28) and (day.month, day.day) <= (6, 20):
        return "618"
    if (day.month == 10 and day.day >= 24) or (day.month == 11 and day.day <= 12):
        return "双十一"
    if day.month == 12 and 8 <= day.day <= 13:
        return "双十二"
    if day.month == 10 and day.day <= 7:
        return "国庆大促"
    if -25 <= days_from_new_year(day) <= -4:
        return "年货节"
    if day.month == 3 and 4 <= day.day <= 9:
        return "三八节"
    return None


def recent_campaign(day: date, rng: Random) -> str:
    """Return the campaign that a customer would speak of on a day."""
    for back in range(0, 25, 4):
        name = campaign_on(day - timedelta(days=back))
        if name:
            return name
    return rng.choice(["会员日", "周年庆", "换季清仓", "店庆", "直播间"])


@lru_cache(maxsize=8192)
def order_season(day: date) -> float:
    """Return the demand of a day against an ordinary day (1.0)."""
    season = 1.0
    if day.month == 6:
        season += 1.6 if day.day in (1, 16, 17, 18) else 0.7 if day.day <= 20 else 0.0
    if (day.month == 10 and day.day >= 24) or (day.month == 11 and day.day <= 12):
        season += 2.8 if (day.month, day.day) in ((11, 1), (11, 10), (11, 11)) else 0.8
    if day.month == 12 and 8 <= day.day <= 13:
        season += 0.6
    if day.month == 10 and day.day <= 7:
        season += 0.4
    distance = days_from_new_year(day)
    if -25 <= distance <= -4:
        season += 0.6
    elif -3 <= distance <= 6:
        season *= 0.4
    return season


def order_weight(day: date, first: date) -> float:
    """Return the weight of a day's orders: growth, season, weekday."""
    growth = (1 + ANNUAL_GROWTH) ** ((day - first).days / 365.25)
    return growth * order_season(day) * ORDER_WEEKDAYS[day.weekday()]


def feedback_weight(day: date, first: date) -> float:
    """Return the weight of a day's feedback: it trails the orders by some days."""
    growth = (1 + ANNUAL_GROWTH) ** ((day - first).days / 365.25)
    trail = sum(order_season(day - timedelta(days=back)) for back in (2, 4, 6, 8, 11)) / 5
    quiet = 0.5 if -1 <= days_from_new_year(day) <= 4 else 1.0
    return growth * (0.35 + 0.65 * trail) * quiet * FEEDBACK_WEEKDAYS[day.weekday()]


def iter_quotas(total: int, weights: Iterable[float], weight_sum: float) -> Iterator[int]:
    """Split `total` over days by weight into whole numbers that add up to it exactly."""
    seen, given = 0.0, 0
    for weight in weights:
        seen += weight
        due = round(total * seen / weight_sum)
        yield due - given
        given = due
