"""CRM tables by SQL -> raw_crm.*

Data flow:
    select * from <table> where updated_at >= since    server-side cursor, in batches
        -> Candidate per row                            column names kept
        -> landing                                      one current copy per id

Any database that SQLAlchemy reaches will do; its driver has to be installed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import NoSuchModuleError, SQLAlchemyError

from ingestion.candidates import Candidate
from ingestion.contracts import CRM_ENTITIES, Entity
from ingestion.errors import SchemaChangedError, SourceConfigError, SourceError
from ingestion.landing import LoadReport, Progress, Stream, land
from ingestion.source_config import CrmSqlConfig
from ingestion.window import Window, choose_window
from warehouse.settings import Settings

SOURCE = "crm"
BATCH_ROWS = 5_000
# what the contract's columns may be in the source; other kinds are a retyped column
_EXPECTED_KINDS: dict[str, tuple[type[sa.types.TypeEngine[Any]], ...]] = {
    "text": (sa.String, sa.Integer, sa.Uuid),
    "timestamptz": (sa.DateTime,),
    "date": (sa.Date,),
    "numeric": (sa.Numeric, sa.Integer),
    "integer": (sa.Integer, sa.Numeric),
}


def load(
    settings: Settings,
    config: CrmSqlConfig,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    full: bool = False,
    progress: Progress | None = None,
) -> LoadReport:
    """Land new and changed rows of every configured CRM table.

    An entity whose table lost or retyped a column, or broke off, fails; the others are landed,
    then the first failure is raised.
    """
    engine = _make_engine(settings, config)
    try:
        streams = [
            _make_stream(settings, config, engine, entity, since=since, until=until, full=full)
            for entity in _configured_entities(config)
        ]
        return land(settings, SOURCE, streams, progress)
    finally:
        engine.dispose()


def _make_engine(settings: Settings, config: CrmSqlConfig) -> sa.Engine:
    url = settings.source_url(config.connection)
    try:
        return sa.create_engine(url, pool_pre_ping=True)
    except (NoSuchModuleError, ModuleNotFoundError) as missing:
        raise SourceError(
            SOURCE,
            "opening the database",
            f"no driver for this kind of database ({missing})",
            "install its Python driver, or correct the scheme of the CRM's address",
        ) from None


def _configured_entities(config: CrmSqlConfig) -> list[Entity]:
    known = {entity.name: entity for entity in CRM_ENTITIES}
    unknown = sorted(config.tables.keys() - known.keys())
    if unknown:
        raise SourceConfigError(
            f"config/sources.yml: {SOURCE}.tables names unknown entities {', '.join(unknown)}; "
            f"known are {', '.join(known)}"
        )
    return [known[name] for name in config.tables]


def _make_stream(
    settings: Settings,
    config: CrmSqlConfig,
    engine: sa.Engine,
    entity: Entity,
    *,
    since: datetime | None,
    until: datetime | None,
    full: bool,
) -> Stream:
    window = choose_window(
        settings,
        SOURCE,
        entity.name,
        overlap=config.overlap,
        since=since,
        until=until,
        full=full,
    )
    table_name = config.tables[entity.name]
    return Stream(
        entity=entity,
        candidates=iter_rows(engine, entity, table_name, window),
        source_slug=SOURCE,
        keeps_watermark=window.keeps_watermark,
        detail={"since": window.since, "until": window.until},
    )


def iter_rows(
    engine: sa.Engine, entity: Entity, table_name: str, window: Window
) -> Iterator[Candidate]:
    """Yield the rows of one table that changed within the window, oldest change first."""
    request = f"table {table_name!r}"
    try:
        table = _reflect(engine, table_name)
        check_columns(entity, table)
        changed_at = table.c[entity.version or ""]
        query = sa.select(table).order_by(changed_at)
        if window.since is not None:
            query = query.where(changed_at >= window.since)
        if window.until is not None:
            query = query.where(changed_at < window.until)
        with engine.connect() as connection:
            options = connection.execution_options(yield_per=BATCH_ROWS)
            for row in options.execute(query).mappings():
                yield Candidate(dict(row))
    except sa.exc.NoSuchTableError:
        raise SourceError(
            SOURCE,
            request,
            "there is no such table, or our account may not see it",
            "grant select on it, or correct crm.tables in config/sources.yml",
        ) from None
    except SQLAlchemyError as failure:
        cause = str(getattr(failure, "orig", None) or failure).strip().splitlines()[0]
        raise SourceError(
            SOURCE,
            request,
            f"the database answered: {cause}",
            "check that it is reachable with the configured address and account, then load again",
        ) from failure


def _reflect(engine: sa.Engine, table_name: str) -> sa.Table:
    schema, _, name = table_name.rpartition(".")
    return sa.Table(name, sa.MetaData(), schema=schema or None, autoload_with=engine)


def check_columns(entity: Entity, table: sa.Table) -> None:
    """Raise `SchemaChangedError` for the first contract column that is gone or of another kind."""
    for name, sql_type in entity.contract_columns.items():
        if name in entity.derived:
            continue
        if name not in table.c:
            raise SchemaChangedError(
                SOURCE,
                entity.name,
                name,
                f"table {table.name!r} has no such column; it has {', '.join(table.c.keys())}",
            )
        found = table.c[name].type
        if not isinstance(found, _EXPECTED_KINDS[sql_type]):
            raise SchemaChangedError(
                SOURCE,
                entity.name,
                name,
                f"it is {found} in table {table.name!r}, which cannot be read as {sql_type}",
            )
