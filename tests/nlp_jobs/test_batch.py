"""The batch job against a real PostgreSQL: nothing lost, nothing doubled, whatever is repeated."""

import json
from pathlib import Path

import psycopg
import pytest

from nlp_jobs import batch
from nlp_jobs.annotate import Annotator
from nlp_jobs.source_domains import FILE_NAME, Source, read_shares, write_shares
from nlp_jobs.warehouse_domains import estimate_sources
from warehouse.keys import feedback_key, text_hash
from warehouse.postgres import connect
from warehouse.settings import Settings

DUPLICATE = "同样的一段话，复制了很多遍，说的都是物流很快！"


def query(settings: Settings, statement: str, parameters: tuple = ()) -> list[tuple]:
    url = settings.database_url("voc_admin")
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


def put_feedback(settings: Settings, record_id: str, text: str | None, turns: list | None = None):
    said = text if turns is None else json.dumps(turns, ensure_ascii=False)
    query(
        settings,
        """
        insert into intermediate.int_feedback (feedback_key, source_slug, text, turns, text_hash)
        values (%s, 'reviews', %s, %s, %s)
        on conflict (feedback_key) do update
        set text = excluded.text, turns = excluded.turns, text_hash = excluded.text_hash
        """,
        (
            feedback_key("reviews", record_id),
            text,
            None if turns is None else said,
            text_hash(said),
        ),
    )


@pytest.fixture(scope="module")
def warehouse(database: Settings) -> Settings:
    query(
        database,
        """
        create table intermediate.int_feedback (
            feedback_key text primary key, source_slug text, text text, turns jsonb, text_hash text,
            occurred_at timestamptz, author_ref text, customer_ref text
        )
        """,
    )
    query(database, "grant select on intermediate.int_feedback to voc_nlp")
    query(database, "create table raw_crm.customers (full_name text)")
    query(database, "insert into raw_crm.customers values ('王芳'), (null)")
    query(database, "grant usage on schema raw_crm to voc_nlp")
    query(database, "grant select on raw_crm.customers to voc_nlp")
    put_feedback(database, "1", "送货速度快，但是客服态度很差，打13800138000找王芳")
    put_feedback(database, "2", None)
    put_feedback(database, "3", DUPLICATE)
    put_feedback(database, "4", DUPLICATE.replace("，", " "))
    put_feedback(
        database,
        "5",
        None,
        [
            {"speaker": "customer", "start": 0, "text": "买的时候销售说包安装，结果师傅收了200"},
            {"speaker": "agent", "start": 4, "text": "我帮您查一下"},
        ],
    )
    put_feedback(database, "6", "坏\ufffd了\ufeff，退货")
    return database


@pytest.fixture(scope="module")
def first_run(warehouse: Settings) -> dict[str, int]:
    return batch.run_all(warehouse, batch_size=2)


def test_every_feedback_gets_exactly_one_document(warehouse: Settings, first_run: dict[str, int]):
    assert first_run["feedback_count"] == first_run["document_count"] == 6
    assert query(warehouse, "select count(*), count(distinct feedback_key) from nlp.documents") == [
        (6, 6)
    ]


def test_units_are_stretches_of_their_document(warehouse: Settings, first_run: dict[str, int]):
    wrong = query(
        warehouse,
        """
        select count(*)
        from nlp.opinion_units as units
        inner join nlp.documents as documents using (feedback_key, pipeline_version)
        where substr(documents.redacted_text, units.char_start + 1,
            units.char_end - units.char_start) <> units.redacted_text
        """,
    )

    assert wrong == [(0,)]
    assert query(warehouse, "select count(*) from nlp.opinion_units") == [
        (first_run["unit_count"],)
    ]


def test_no_personal_data_is_written(warehouse: Settings, first_run: dict[str, int]):
    [(text, counts)] = query(
        warehouse,
        "select redacted_text, pii_counts from nlp.documents where feedback_key = %s",
        (feedback_key("reviews", "1"),),
    )

    assert "13800138000" not in text and "王芳" not in text
    assert counts == {"name": 1, "phone": 1}


def test_copies_share_one_weight(warehouse: Settings, first_run: dict[str, int]):
    weights = query(
        warehouse,
        """
        select duplicate_cluster_key is not null, dedup_weight, count(*)
        from nlp.documents group by 1, 2 order by 1
        """,
    )

    assert weights == [(False, 1.0, 4), (True, 0.5, 2)]


def test_a_second_run_labels_nothing(warehouse: Settings, first_run: dict[str, int]):
    assert batch.plan_batches(warehouse) == []
    assert batch.run_all(warehouse)["document_count"] == 0


def test_a_repeated_batch_changes_nothing(warehouse: Settings, first_run: dict[str, int]):
    before = query(warehouse, "select count(*) from nlp.opinion_units")
    whole = {
        "pipeline_version": batch.plan_version(warehouse),
        "first_key": "0",
        "last_key": "g",
        "feedback_count": 6,
    }

    assert batch.run_batch(warehouse, whole)["document_count"] == 0
    assert query(warehouse, "select count(*) from nlp.opinion_units") == before


def test_changed_text_is_labelled_anew_and_vanished_feedback_loses_its_labels(
    warehouse: Settings, first_run: dict[str, int]
):
    put_feedback(warehouse, "6", "修好了，很满意")
    query(
        warehouse,
        "delete from intermediate.int_feedback where feedback_key = %s",
        (feedback_key("reviews", "4"),),
    )

    counts = batch.run_all(warehouse)

    assert counts["document_count"] == 1
    assert counts["removed_count"] == 1
    assert query(
        warehouse,
        "select sentiment_label from nlp.documents where feedback_key = %s",
        (feedback_key("reviews", "6"),),
    ) == [("positive",)]
    # its only copy is gone: the other one counts in full again
    assert query(
        warehouse, "select max(duplicate_cluster_key), min(dedup_weight) from nlp.documents"
    ) == [(None, 1.0)]


def test_one_pipeline_is_current(warehouse: Settings, first_run: dict[str, int]):
    assert query(
        warehouse, "select pipeline_version, pack_slug from nlp.pipelines where is_current"
    ) == [(batch.plan_version(warehouse), "retail")]


def test_a_batch_of_another_version_is_refused(warehouse: Settings, first_run: dict[str, int]):
    stale = {"pipeline_version": "voc-0", "first_key": "0", "last_key": "g", "feedback_count": 1}

    with pytest.raises(ValueError, match="plan again"):
        batch.run_batch(warehouse, stale)


def test_what_sources_write_about_is_estimated_and_kept_in_a_file(
    warehouse: Settings, first_run: dict[str, int], annotator: Annotator, tmp_path: Path
):
    with connect("voc_nlp", warehouse) as connection:
        assert estimate_sources(connection, annotator) == {}  # a handful of texts says nothing
    for number in range(60):
        put_feedback(warehouse, f"stay{number}", f"房间很大，床也舒服，前台很好{number}")

    with connect("voc_nlp", warehouse) as connection:
        found = estimate_sources(connection, annotator)

    [(source, shares)] = found.items()
    assert source == Source("reviews", "zh") and max(shares, key=shares.__getitem__) == "hotel"
    (tmp_path / FILE_NAME).write_text("# why\nsources: {}\n", encoding="utf-8")
    path = write_shares(found, tmp_path)
    assert path.read_text(encoding="utf-8").startswith("# why\nsources:\n")
    assert read_shares(tmp_path)[source] == pytest.approx(shares, abs=1e-4)
