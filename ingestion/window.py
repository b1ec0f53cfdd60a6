"""Which stretch of a source's time a load reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from warehouse.postgres import connect
from warehouse.settings import Settings

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Window:
    """Records with since <= updated_at < until; None is open-ended.

    `keeps_watermark` is false when records before `since` may be unread: moving the watermark
    over them would lose them.
    """

    since: datetime | None
    until: datetime | None
    keeps_watermark: bool

    @property
    def is_open(self) -> bool:
        """Does every moment lie within?"""
        return self.since is None and self.until is None

    def holds(self, moment: datetime) -> bool:
        """Does a moment lie within?"""
        return (self.since is None or moment >= self.since) and (
            self.until is None or moment < self.until
        )


def choose_window(
    settings: Settings,
    source: str,
    entity: str,
    *,
    overlap: timedelta,
    since: datetime | None = None,
    until: datetime | None = None,
    full: bool = False,
) -> Window:
    """Return the window of a load: as asked for, else from the watermark minus the overlap."""
    for moment in (since, until):
        if moment is not None and moment.tzinfo is None:
            raise ValueError("since and until need a time zone")
    with connect("voc_loader", settings) as connection:
        row = connection.execute(
            "select watermark from ops.watermarks where source_slug = %s and entity = %s",
            (source, entity),
        ).fetchone()
    watermark: datetime | None = row[0] if row else None
    if full:
        return Window(None, until, keeps_watermark=True)
    if since is not None:
        return Window(since, until, keeps_watermark=watermark is not None and since <= watermark)
    return Window(watermark - overlap if watermark else None, until, keeps_watermark=True)
