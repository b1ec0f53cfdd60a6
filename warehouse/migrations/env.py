"""Alembic's entry point: one connection, one transaction, the version table in `ops`."""

from alembic import context
from sqlalchemy import create_engine, pool, text

engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
with engine.connect() as connection:
    # two starts at once: the second waits, then finds nothing left to do
    connection.execute(text("select pg_advisory_lock(hashtext('voc.migrate'))"))
    connection.execute(text("create schema if not exists ops authorization voc_owner"))
    connection.commit()
    context.configure(connection=connection, version_table_schema="ops")
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
