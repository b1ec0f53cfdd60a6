"""Records that vanish from the CRM, come back, or come later than the overlap."""

from __future__ import annotations

import pytest

from ingestion.candidates import Candidate, Deletion
from ingestion.contracts import REVIEWS
from ingestion.dlt_pipeline import Stream
from ingestion.errors import SchemaChangedError, SourceError
from ingestion.landing import land
from tests.ingestion.source_settings import with_sources
from tests.ingestion.test_contracts import REVIEW
from tests.ingestion.test_crm_sql import crm, load  # noqa: F401 - a fixture and its loading


def count_deleted(warehouse, table: str = "customers") -> int:
    return warehouse.value(f"select count(*) from raw_crm.{table} where _deleted_at is not null")


@pytest.fixture
def landed(settings, crm):  # noqa: F811 - the fixture
    load(settings)
    return crm


def test_a_vanished_record_is_marked_and_kept(settings, warehouse, landed):
    landed.run("delete from customers where customer_id in ('C7', 'C8')")

    report = load(settings)

    customers = next(entity for entity in report.entities if entity.entity == "customers")
    assert (customers.rows_deleted, report.rows_deleted) == (2, 2)
    assert customers.rows_read == customers.rows_landed + customers.rows_quarantined
    assert warehouse.rows(
        "select customer_id, full_name from raw_crm.customers where _deleted_at is not null "
        "order by 1"
    ) == [("C7", "顾客7"), ("C8", "顾客8")]
    assert warehouse.rows(
        "select detail -> 'rows_deleted', detail -> 'keys_compared' from ops.loads "
        "where entity = 'customers' order by started_at desc limit 1"
    ) == [(2, 298)]


def test_a_mark_stands_from_the_load_that_noticed_on(settings, warehouse, landed):
    landed.run("delete from customers where customer_id = 'C7'")
    load(settings)
    query = "select _deleted_at, _loaded_at from raw_crm.customers where customer_id = 'C7'"
    before = warehouse.rows(query)

    report = load(settings)

    assert report.rows_deleted == 0
    assert warehouse.rows(query) == before


def test_an_unchanged_record_that_comes_back_loses_its_mark(settings, warehouse, landed):
    landed.run("create table kept as select * from customers where customer_id = 'C7'")
    landed.run("delete from customers where customer_id = 'C7'")
    load(settings)
    assert count_deleted(warehouse) == 1
    landed.run("insert into customers select * from kept")

    load(settings)  # its updated_at lies long before the watermark

    assert count_deleted(warehouse) == 0
    assert warehouse.value("select count(*) from raw_crm.customers") == 300


def test_a_record_later_than_the_overlap_is_found_by_its_key(settings, warehouse, landed):
    landed.run("insert into orders values ('O0', 'C1', null, 'online', 'P1', '2022-01-01', 1, 'x', "
               "'2022-01-01')")  # fmt: skip
    landed.run("update customers set city = '苏州', updated_at = updated_at + interval '1 minute' "
               "where customer_id = 'C3'")  # fmt: skip

    load(settings)

    assert warehouse.value("select count(*) from raw_crm.orders where order_id = 'O0'") == 1
    assert warehouse.value("select city from raw_crm.customers where customer_id = 'C3'") == "苏州"


def test_so_many_at_once_are_taken_for_a_mishap(settings, warehouse, landed):
    landed.run("delete from customers where customer_id like 'C1%'")
    landed.run("update orders set status = 'done', updated_at = '2024-01-05' where order_id = 'O1'")

    with pytest.raises(SourceError) as caught:
        load(settings)

    assert "111 of 300 records (37%) are gone at once" in str(caught.value)
    assert "deletion_share_limit of 'crm'" in str(caught.value)
    assert count_deleted(warehouse) == 0
    assert warehouse.value("select status from raw_crm.orders where order_id = 'O1'") == "done"


def test_an_emptied_table_is_a_mishap_however_small(settings, warehouse, landed):
    landed.run("delete from stores")

    with pytest.raises(SourceError, match="1 of 1 records"):
        load(settings)

    assert count_deleted(warehouse, "stores") == 0


def test_what_is_meant_is_marked_once_the_limit_allows_it(settings, warehouse, landed, tmp_path):
    landed.run("delete from customers where customer_id like 'C1%'")

    load(with_crm(settings, tmp_path, deletion_share_limit=1))

    assert count_deleted(warehouse) == 111


@pytest.mark.parametrize("window", [{"notice_deletions": "never"}, {"notice_deletions": "weekly"}])
def test_keys_are_compared_as_often_as_configured(settings, warehouse, landed, tmp_path, window):
    patient = with_crm(settings, tmp_path, **window)
    load(patient)  # weekly: the first comparison
    landed.run("delete from customers where customer_id = 'C7'")

    load(patient)

    assert count_deleted(warehouse) == 0


def test_a_window_looks_for_no_deletions(settings, warehouse, landed):
    from datetime import UTC, datetime

    landed.run("delete from customers where customer_id = 'C7'")

    load(settings, since=datetime(2024, 1, 1, tzinfo=UTC))

    assert count_deleted(warehouse) == 0


def test_rows_of_another_source_are_not_missed(settings, warehouse, landed):
    """Two CRMs may fill one raw schema; neither has the other's records."""
    from ingestion.contracts import CUSTOMERS

    other = {"customer_id": "SF1", "updated_at": "2024-01-01T00:00:00Z"}
    land(settings, "other_crm", [Stream(CUSTOMERS, [Candidate(other)], "other_crm")])

    load(settings)

    assert count_deleted(warehouse) == 0


def with_crm(settings, folder, **options):
    import yaml

    changed = with_sources(settings, folder)
    path = changed.config_dir / "sources.yml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["sources"]["crm"].update(options)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return changed


# deletions that a source reports by itself


def land_reviews(settings, *candidates):
    return land(settings, "reviews", [Stream(REVIEWS, candidates, "reviews")]).entities[0]


def mark_of(warehouse) -> bool:
    return warehouse.value("select _deleted_at is not null from raw_reviews.reviews")


def moment(text: str):
    from datetime import datetime

    return datetime.fromisoformat(text)


def test_a_reported_deletion_marks_and_moves_the_watermark(settings, warehouse):
    land_reviews(settings, Candidate(REVIEW))

    report = land_reviews(settings, Deletion(("r1",), moment("2024-03-01T00:00:00+00:00")))

    assert (report.rows_read, report.rows_deleted) == (0, 1)
    assert report.watermark == moment("2024-03-01T00:00:00+00:00")
    assert mark_of(warehouse)


def test_a_deletion_among_records_of_a_changed_schema_moves_nothing(settings, warehouse):
    land_reviews(settings, Candidate(REVIEW))
    before = warehouse.value("select watermark from ops.watermarks")
    whole = dict.fromkeys(REVIEWS.source_columns) | REVIEW
    retyped = [Candidate({**whole, "review_id": f"r{n}", "posted_at": n}) for n in range(12)]

    with pytest.raises(SchemaChangedError, match="posted_at"):
        land_reviews(settings, *retyped, Deletion(("r1",), moment("2024-03-01T00:00:00+00:00")))

    assert warehouse.value("select watermark from ops.watermarks") == before
    assert not mark_of(warehouse)


@pytest.mark.parametrize(
    ("candidates", "is_deleted"),
    [
        pytest.param(
            [Candidate(REVIEW), Deletion(("r1",), moment("2024-03-01T00:00:00+00:00"))],
            True,
            id="written, then deleted",
        ),
        pytest.param(
            [
                Deletion(("r1",), moment("2024-03-01T00:00:00+00:00")),
                Candidate({**REVIEW, "updated_at": "2024-04-01T00:00:00Z"}),
            ],
            False,
            id="deleted, then written anew",
        ),
        pytest.param(
            [
                Candidate({**REVIEW, "updated_at": "2024-04-01T00:00:00Z"}),
                Deletion(("r1",), moment("2024-03-01T00:00:00+00:00")),
            ],
            False,
            id="an old deletion after a newer copy",
        ),
        pytest.param([Deletion(("r1",)), Candidate(REVIEW)], False, id="found gone, then read"),
    ],
)
def test_the_newest_word_on_a_record_counts(settings, warehouse, candidates, is_deleted):
    land_reviews(settings, *candidates)

    assert mark_of(warehouse) is is_deleted


def test_a_deletion_of_a_record_that_never_came_marks_nothing(settings, warehouse):
    report = land_reviews(settings, Deletion(("nobody",)))

    assert report.rows_deleted == 0
    assert warehouse.value("select status from ops.loads") == "success"
