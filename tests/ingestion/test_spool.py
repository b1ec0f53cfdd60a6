"""Ids are counted right, however many they are and however their marks collide."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from ingestion import spool
from ingestion.spool import IdCounter


# the fewer marks, the more ids are taken for known by mistake
@pytest.mark.parametrize("marks", [7, 1_009, spool._MARKS])
def test_every_id_is_counted_as_often_as_it_came(monkeypatch, marks):
    monkeypatch.setattr(spool, "_MARKS", marks)
    monkeypatch.setattr(spool, "_IDS_PER_BATCH", 10)
    chance = random.Random(7)
    ids = [f"编号{chance.randrange(400)}" for _ in range(1_000)] + ["\udcff", "", "\udcff"]
    expected: Counter[str] = Counter()

    with IdCounter() as counter:
        for record_id in ids:
            expected[record_id] += 1
            assert counter.count(record_id) == expected[record_id]


def test_new_ids_are_written_in_batches_and_found_again(monkeypatch):
    monkeypatch.setattr(spool, "_IDS_PER_BATCH", 4)
    with IdCounter() as counter:
        for number in range(10):
            assert counter.count(str(number)) == 1
        assert [counter.count(str(number)) for number in (0, 9, 0)] == [2, 2, 3]
