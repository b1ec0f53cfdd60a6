"""From landed customers over their persons to core: every record has exactly one person."""

from __future__ import annotations

from pathlib import Path

import pytest

from identity import resolve
from identity.exceptions import FILE_NAME
from ingestion import raw_tables
from tests.identity.conftest import land
from warehouse import dbt
from warehouse.postgres import connect
from warehouse.settings import Settings

pytestmark = pytest.mark.slow
CUSTOMERS = [
    ("C7", "王静", "F", 1980, "上海", "p1", None, "2024-01-01 00:00:00+08"),
    ("C2", "王婧", "F", 1980, "北京", "p1", None, "2025-01-01 00:00:00+08"),
    ("C3", "李强", "M", 1975, "成都", "p3", None, "2025-01-01 00:00:00+08"),
]
LATE = [("C9", "赵敏", "F", 1990, "武汉", None, None, "2026-01-01 00:00:00+08")]


@pytest.fixture(scope="module")
def built(
    database: Settings, tmp_path_factory: pytest.TempPathFactory, dbt_folder: Path
) -> Settings:
    """Resolve three customers, then build core when a fourth has landed in between."""
    folder = tmp_path_factory.mktemp("identity")
    raw_tables.ensure_tables(database)
    land(database, CUSTOMERS)
    settings = database.model_copy(update={"root": folder})
    assert not (folder / "config" / FILE_NAME).exists()
    resolve.run(settings)
    land(database, LATE)
    for target, models in (
        ("staging", ["stg_crm__customers"]),
        ("analytics", ["bridge_customer_identity", "dim_customer"]),
    ):
        arguments = ["build", "--target-path", str(dbt_folder / target), "--select", *models]
        dbt.run(database, arguments, target=target)
    return database


def test_every_record_has_its_person(built: Settings):
    with connect("voc_modeler", built) as connection:
        rows = connection.execute(
            """
            select customers.customer_id, persons.customer_id, bridge.match_kind,
                customers.person_key = bridge.person_key
            from core.dim_customer as customers
            inner join core.bridge_customer_identity as bridge using (customer_key)
            inner join core.dim_customer as persons
                on bridge.person_key = persons.customer_key
            order by customers.customer_id
            """
        ).fetchall()

    assert rows == [
        ("C2", "C7", "deterministic", True),
        ("C3", "C3", "self", True),
        ("C7", "C7", "self", True),
        ("C9", "C9", "self", True),
    ]
