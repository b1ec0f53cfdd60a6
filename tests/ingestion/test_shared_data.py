"""Real exports, where they are at hand: every row is accounted for.

The files are not part of the project (their licences do not allow it), so these tests run only
where the folder `../shared/data/open` exists.
"""

from __future__ import annotations

import csv
import gzip

import pytest

from ingestion.files import import_file
from tests.ingestion.test_landing import ROOT

FOLDER = ROOT.parent / "shared" / "data" / "open"

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the real exports (../shared/data/open) are not on this machine"
)

FILES = {
    "zh_appstore_reviews": "appstore_reviews",
    "zh_car_complaints": "car_complaints",
    "zh_gov_messages_replies": "gov_messages",
    "zh_meituan_restaurant_stars": "restaurant_reviews",
    "en_nhs_survey_verbatims": "nhs_survey",
    "zh_jddc_customer_service_dialogues": "dialogues",
}


@pytest.mark.parametrize(("name", "mapping"), FILES.items(), ids=FILES.keys())
def test_rows_in_the_file_are_landed_or_quarantined(settings, warehouse, name, mapping):
    path = FOLDER / f"{name}.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = sum(1 for _ in csv.DictReader(file))

    report = import_file(path, mapping, settings=settings)

    assert report.rows_read == rows
    assert rows == report.rows_landed + report.rows_quarantined
    assert report.unknown_columns == ()
    assert warehouse.value("select count(*) from raw_files.feedback") == report.records
    assert len(warehouse.quarantined()) == report.rows_quarantined
    assert report.rows_quarantined <= rows * 0.02
