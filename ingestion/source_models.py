"""What the entries of config/sources.yml have in common, whatever the source."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Strict(BaseModel):
    """A part of the file that knows its keys: a misspelt one is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Name(Strict):
    """A name that people read, in both languages."""

    zh: str
    en: str


class SourceConfig(Strict):
    """What every source has: its names, and when its load is not fit to go on.

    `slug` is the entry's own key in the file, filled in by the reader. A source that is not
    `enabled` is an example: no run loads it.
    """

    slug: str = ""
    name: Name
    enabled: bool = True
    quarantine_share_limit: Annotated[float, Field(ge=0, le=1)]


class TimedSourceConfig(SourceConfig):
    """A source that is read from its watermark on; the overlap catches rows that come late."""

    overlap_minutes: Annotated[int, Field(ge=0)]

    @property
    def overlap(self) -> timedelta:
        """Return how far before the watermark the next load starts."""
        return timedelta(minutes=self.overlap_minutes)


class RetryConfig(Strict):
    """How often and how long an HTTP source is asked again before the load gives up."""

    attempts: Annotated[int, Field(ge=1)] = 6
    first_wait_seconds: Annotated[float, Field(ge=0)] = 1
    longest_wait_seconds: Annotated[float, Field(ge=0)] = 60
    # all waits of one load together
    budget_seconds: Annotated[float, Field(ge=0)] = 300
