"""A small company whose days go by, and warehouses that look at it: every night, or once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from ingestion.landing import ensure_tables
from simulator import company
from stat_jobs import registry
from warehouse import dbt
from warehouse.settings import Settings

Build = Callable[[Settings, str], None]

PLAN = company.Plan(feedback=400, years=1, seed=11, end=date(2026, 6, 30))

KEEP_CUSTOMERS = """
create table if not exists customers_at_first as select * from customers;
insert into customers_at_first
select * from customers where customer_id not in (select customer_id from customers_at_first);
update customers set city = first.city, region = first.region, segment = first.segment,
    member_tier = first.member_tier
from customers_at_first as first where first.customer_id = customers.customer_id;
"""


@dataclass(frozen=True)
class Sources:
    """The company's systems: its folder, and where its web API answers."""

    folder: Path
    web_url: str

    def reveal(self, settings: Settings, through: date) -> None:
        """Let the company live until the end of a day; its customers stay who they were.

        A CRM forgets who a customer was before. The warehouse remembers what it saw, night by
        night, and a first load of everything cannot: that is no difference to look for here.
        """
        url = settings.database_url("crm_source_owner", database="crm_source")
        company.reveal(self.folder, through, url)
        self.change_crm(settings, KEEP_CUSTOMERS)

    def change_crm(self, settings: Settings, statement: str) -> int:
        """Change the company's CRM as its own people would; return how many rows."""
        url = settings.database_url("crm_source_owner", database="crm_source")
        with psycopg.connect(url) as connection:
            return connection.execute(statement).rowcount  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def sources(database: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sources]:
    """Build the company and serve its web API on loopback."""
    folder = tmp_path_factory.mktemp("company")
    company.build(PLAN, folder)
    token = folder / "token"
    token.write_text(database.secret("web_source_token"))
    command = [sys.executable, "-m", "simulator.serve", "--dir", str(folder)]
    command += ["--port", "0", "--token-file", str(token)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        ready = server.stdout.readline().split()
        assert ready[:1] == ["ready"], "the company's web API did not start"
        try:
            yield Sources(folder, ready[1])
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def build(dbt_folder: Path) -> Build:
    """Build one step of the night without its tests; each target keeps its parsed state."""

    def run(settings: Settings, name: str) -> None:
        step = dbt.STEPS[name]
        arguments = [
            "build",
            "--target-path",
            str(dbt_folder / step.target),
            "--select",
            *step.select,
        ]
        arguments += ["--exclude-resource-type", "unit_test", "test"]
        dbt.run(settings, arguments, target=step.target)

    return run


@pytest.fixture(scope="module")
def every_night(database: Settings, sources: Sources, build: Build) -> Settings:
    """Return an empty warehouse that is to be loaded night by night."""
    settings = point_at(database, sources)
    ensure_tables(settings)
    registry.create_tables(settings)
    build(settings, "reference")
    return settings


@pytest.fixture(scope="module")
def all_at_once(every_night: Settings) -> Iterator[Settings]:
    """Yield a second warehouse on the same server, as empty as the first was."""
    name = f"{every_night.pg_database}_once"
    url = every_night.database_url("voc_admin", database="postgres")
    drop = sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(
            sql.SQL("create database {} template {}").format(
                sql.Identifier(name), sql.Identifier(every_night.pg_database)
            )
        )
    yield every_night.model_copy(update={"pg_database": name})
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(drop)


def point_at(settings: Settings, sources: Sources) -> Settings:
    """Return settings whose sources are the company's."""
    return settings.model_copy(
        update={
            "calls_source_dir": str(sources.folder / "calls"),
            "web_source_url": sources.web_url,
        }
    )
