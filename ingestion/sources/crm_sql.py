"""CRM tables by SQL -> raw_crm.*

Data flow:
    select <key>, updated_at from <table>             all keys, compared with what was landed
        -> Deletion per key that vanished                 its raw row is marked
        -> select * from <table> where <key> in (...)     rows that came later than the overlap
    select * from <table> where updated_at >= since   server-side cursor, in batches
        -> Candidate per row                              column names kept
        -> landing                                        one current copy per id

Any database that SQLAlchemy reaches will do. Drivers of PostgreSQL and MySQL (MariaDB) are there;
another's has to be installed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import NoSuchModuleError

from ingestion.candidates import Candidate, Deletion
from ingestion.contracts import CRM_ENTITIES, Entity
from ingestion.deletions import compare_keys
from ingestion.errors import SourceConfigError, SourceError
from ingestion.landing import LoadReport, Progress, Stream, land
from ingestion.source_config import CrmSqlConfig
from ingestion.sources.sql_table import SqlTable, open_in_utc
from ingestion.window import Window, choose_window
from warehouse.postgres import connect
from warehouse.settings import Settings

# a week, less what one night starts earlier than the other
_WEEKLY = timedelta(days=6, hours=12)


def load(
    settings: Settings,
    config: CrmSqlConfig,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    full: bool = False,
    progress: Progress | None = None,
) -> LoadReport:
    """Land new and changed rows of every configured CRM table, and mark those that vanished.

    An entity whose table lost or retyped a column, or broke off, fails; the others are landed,
    then the first failure is raised. With `since` or `until`, keys are not compared.
    """
    engine = _make_engine(settings, config)
    try:
        streams = []
        for entity in _configured_entities(config):
            window = choose_window(
                settings,
                config.slug,
                entity.name,
                overlap=config.overlap,
                since=since,
                until=until,
                full=full,
            )
            table = SqlTable(
                config.slug, engine, entity, config.tables[entity.name], config.time_zone
            )
            is_whole = since is None and until is None
            detail = {"since": window.since, "until": window.until}
            changes = _Changes(settings, config, table, window, detail)
            streams.append(
                Stream(
                    entity=entity,
                    candidates=changes.iter_candidates(with_keys=is_whole),
                    source_slug=config.slug,
                    keeps_watermark=window.keeps_watermark,
                    detail=detail,
                )
            )
        return land(settings, config.slug, streams, progress)
    finally:
        engine.dispose()


def _make_engine(settings: Settings, config: CrmSqlConfig) -> sa.Engine:
    url = settings.source_url(config.connection)
    try:
        engine = sa.create_engine(url, pool_pre_ping=True)
    except (NoSuchModuleError, ModuleNotFoundError) as missing:
        raise SourceError(
            config.slug,
            "opening the database",
            f"no driver for this kind of database ({missing})",
            "install its Python driver, or correct the scheme of the CRM's address",
        ) from None
    open_in_utc(engine)
    return engine


def _configured_entities(config: CrmSqlConfig) -> list[Entity]:
    known = {entity.name: entity for entity in CRM_ENTITIES}
    unknown = sorted(config.tables.keys() - known.keys())
    if unknown:
        raise SourceConfigError(
            f"config/sources.yml: {config.slug}.tables names unknown entities "
            f"{', '.join(unknown)}; known are {', '.join(known)}"
        )
    return [known[name] for name in config.tables]


@dataclass
class _Changes:
    """What one table has to tell: what vanished, what came late, what changed."""

    settings: Settings
    config: CrmSqlConfig
    table: SqlTable
    window: Window
    # of the load in `ops.loads`; filled while it is read
    detail: dict[str, Any]
    refusal: SourceError | None = field(default=None, init=False)

    def iter_candidates(self, *, with_keys: bool) -> Iterator[Candidate | Deletion]:
        """Yield deletions and late rows, then the window's rows, oldest change first.

        A suspicious number of deletions fails the load, but only after its rows.
        """
        if with_keys and self._is_comparing_due():
            yield from self._iter_compared()
        for row in self.table.iter_rows(self.window):
            yield Candidate(row)
        if self.refusal is not None:
            raise self.refusal

    def _iter_compared(self) -> Iterator[Candidate | Deletion]:
        entity, since = self.table.entity, self.window.since
        keys = self.table.iter_keys()
        with compare_keys(self.settings, entity, self.config.slug, keys) as compared:
            self.detail["keys_compared"] = compared.source_count
            try:
                compared.refuse_suspicious(self.config.deletion_share_limit)
            except SourceError as refusal:
                self.refusal = refusal
            else:
                for key in compared.iter_deleted():
                    yield Deletion((key,))
            if since is not None:
                for row in self.table.iter_rows_of(compared.iter_missed(since)):
                    yield Candidate(row)

    def _is_comparing_due(self) -> bool:
        """Are deletions to be looked for now? Before the first load there is nothing to miss."""
        entity = self.table.entity
        with connect("voc_loader", self.settings) as connection:
            row = connection.execute(
                """
                select count(*),
                    max(started_at) filter (where detail ? 'keys_compared') > now() - %s
                from ops.loads
                where source_slug = %s and entity = %s and rows_landed > 0
                """,
                (_WEEKLY, self.config.slug, entity.name),
            ).fetchone()
        assert row is not None  # an aggregate without a group always has its row
        load_count, was_compared = row
        if self.config.notice_deletions == "weekly" and was_compared:
            return False
        return load_count > 0 and self.config.notice_deletions != "never"
