"""config/events.yml -> dbt_project/seeds/events.csv: one row per event and year.

`dim_event` adds the statutory holidays, which the calendar knows already.
"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

COLUMNS = ("event_slug", "name_zh", "name_en", "event_kind", "started_date", "ended_date")

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
MonthDay = Annotated[str, Field(pattern=r"^\d{2}-\d{2}$")]


class EventError(ValueError):
    """config/events.yml cannot be used; the message says where and why."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Name(_Strict):
    """What readers see."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Yearly(_Strict):
    """A window that comes back every year; over New Year it ends before it starts."""

    first: MonthDay
    last: MonthDay


class Once(_Strict):
    """A window of certain days."""

    first: date
    last: date


class Event(_Strict):
    """One event, yearly or once."""

    slug: Slug
    name: Name
    kind: Literal["shopping", "public", "company"]
    yearly: Yearly | None = None
    once: Once | None = None

    @model_validator(mode="after")
    def check_windows(self) -> Self:
        """An event has one kind of window, and its days exist, in order."""
        if (self.yearly is None) == (self.once is None):
            raise ValueError(f"{self.slug}: give either yearly or once")
        if self.once is not None and self.once.last < self.once.first:
            raise ValueError(f"{self.slug}: the last day lies before the first")
        if self.yearly is not None:
            # 2001 has no 29 February: a day of every year, or none
            list_windows(self, 2001, 2001)
        return self


class Years(_Strict):
    """Years for which yearly events are written out, both included."""

    first: int = Field(ge=2000)
    last: int = Field(le=2039)


class Events(_Strict):
    """The whole file."""

    version: Literal[1]
    years: Years
    events: list[Event]

    @model_validator(mode="after")
    def check_slugs(self) -> Self:
        """A slug names one event."""
        slugs = [event.slug for event in self.events]
        doubled = sorted({slug for slug in slugs if slugs.count(slug) > 1})
        if doubled:
            raise ValueError(f"named twice: {', '.join(doubled)}")
        return self


def list_windows(event: Event, first_year: int, last_year: int) -> list[tuple[date, date]]:
    """Return the first and last day of each time that the event takes place, oldest first."""
    if event.once is not None:
        return [(event.once.first, event.once.last)]
    assert event.yearly is not None  # one of both, as validated
    windows = []
    for year in range(first_year, last_year + 1):
        ends = year if event.yearly.first <= event.yearly.last else year + 1
        windows.append(
            (
                date.fromisoformat(f"{year}-{event.yearly.first}"),
                date.fromisoformat(f"{ends}-{event.yearly.last}"),
            )
        )
    return windows


def read_events(path: Path) -> Events:
    """Return the events of a file; raise `EventError` that names the place of each mistake."""
    try:
        return Events.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        raise EventError(f"{path}: {error}") from error


def write_event_seed(config_path: Path, seed_path: Path) -> int:
    """Write one row of `COLUMNS` per event and time that it takes place; return how many."""
    found = read_events(config_path)
    rows = sorted(
        (first, event.slug, last, event.name.zh, event.name.en, event.kind)
        for event in found.events
        for first, last in list_windows(event, found.years.first, found.years.last)
    )
    with seed_path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for first, slug, last, name_zh, name_en, kind in rows:
            writer.writerow((slug, name_zh, name_en, kind, first, last))
    return len(rows)
