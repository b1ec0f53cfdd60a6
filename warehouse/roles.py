"""Database roles and databases: one role per layer, each with the least rights.

Run by an administrator: by `voc up` for the embedded server, by the init job in production.
Table-level grants live in the migrations, next to the tables they protect.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from warehouse.settings import ROLE_PASSWORDS, Settings

# database -> owner
DATABASES = {
    "airflow": "airflow",
    "superset": "superset",
    "crm_source": "crm_source_owner",
}


def ensure_roles(settings: Settings, *, with_demo_source: bool = True) -> None:
    """Create roles and databases that are missing and bring passwords in line; safe to repeat."""
    url = settings.database_url("voc_admin", database="postgres")
    with psycopg.connect(url, autocommit=True) as connection:
        existing = {name for (name,) in connection.execute("select rolname from pg_roles")}
        for role, field in ROLE_PASSWORDS.items():
            if role == "voc_admin" or (role.startswith("crm_source") and not with_demo_source):
                continue
            statement = (
                "alter role {} password {}"
                if role in existing
                else ("create role {} login noinherit password {}")
            )
            connection.execute(
                sql.SQL(statement).format(sql.Identifier(role), sql.Literal(settings.secret(field)))
            )
        databases = {settings.pg_database: "voc_owner"} | DATABASES
        if not with_demo_source:
            databases.pop("crm_source")
        present = {name for (name,) in connection.execute("select datname from pg_database")}
        for name, owner in databases.items():
            if name not in present:
                connection.execute(
                    sql.SQL("create database {} owner {}").format(
                        sql.Identifier(name), sql.Identifier(owner)
                    )
                )
            connection.execute(
                sql.SQL("revoke connect, temporary on database {} from public").format(
                    sql.Identifier(name)
                )
            )
        layers = [role for role in ROLE_PASSWORDS if role.startswith("voc_")]
        connection.execute(
            sql.SQL("grant connect, temporary on database {} to {}").format(
                sql.Identifier(settings.pg_database),
                sql.SQL(", ").join(map(sql.Identifier, layers)),
            )
        )
        # the landing library and dbt look up or create "their" schema by name: the loader and the
        # modeler may create schemas, the reader may not even write
        connection.execute(
            sql.SQL("grant create on database {} to voc_loader").format(
                sql.Identifier(settings.pg_database)
            )
        )
        connection.execute("alter role voc_reader set default_transaction_read_only = on")
        connection.execute("alter role voc_reader set statement_timeout = '60s'")
        if with_demo_source:
            connection.execute("grant connect on database crm_source to crm_source_reader")
            connection.execute(
                "alter role crm_source_reader set default_transaction_read_only = on"
            )
