"""What the company's systems show keeps the contracts of ingestion; broken records alone do not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ingestion.contracts.entities import CRM_ENTITIES, SURVEY_INVITATIONS, Entity
from ingestion.contracts.validation import ContractError, validate
from simulator.crm_tables import TABLES
from simulator.day_files import DELETED

Records = Callable[[str], list[dict]]


@pytest.mark.parametrize(
    ("entity", "records_of"),
    [
        *((entity, entity.name) for entity in CRM_ENTITIES),
        (SURVEY_INVITATIONS, "survey_invitations"),
    ],
    ids=lambda value: value.name if isinstance(value, Entity) else "",
)
def test_every_sound_record_keeps_its_contract(
    entity: Entity, records_of: str, records: Records, truth: Records
):
    broken = {line["source_record_id"] for line in truth("broken_records")}
    refused = set()
    known = records(records_of)
    for record in known:
        if record.get(DELETED):
            continue
        try:
            validate(entity, record, b"key")
        except ContractError:
            refused.add(record[entity.key[0]])

    assert known
    assert refused <= broken


def test_the_crm_has_a_table_for_every_entity_with_its_columns():
    assert set(TABLES) == {entity.name for entity in CRM_ENTITIES}
    for entity in CRM_ENTITIES:
        key, columns = TABLES[entity.name]
        assert (key,) == entity.key
        assert {*columns, "updated_at"} == entity.source_columns
