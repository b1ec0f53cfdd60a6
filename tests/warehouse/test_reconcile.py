"""Each stage is reconciled with the one before, per source and key by key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from warehouse import ledger
from warehouse.postgres import connect
from warehouse.reconcile import OutOfBalance, reconcile
from warehouse.settings import Settings
from warehouse.stage_counts import StageCount

NIGHT = date(2026, 1, 2)
KEYED = [
    "raw -> int_feedback",
    "int_feedback -> nlp.documents",
    "nlp.documents -> core.fct_feedback",
]


@pytest.fixture(autouse=True)
def path(database: Settings) -> Iterator[None]:
    """Lay out a tiny path: two reviews and a survey answer that went all the way."""
    with connect("voc_loader", database) as loader:
        loader.execute(
            """
            create table raw_reviews.reviews (review_id text);
            create table raw_surveys.responses (response_id text);
            insert into raw_reviews.reviews values ('r1'), ('r2');
            insert into raw_surveys.responses values ('s1'), ('s2');
            """
        )
    with connect("voc_stager", database) as stager:
        stager.execute(
            """
            create table intermediate.int_feedback (
                feedback_key text, source_slug text, source_record_id text, text_hash text
            );
            create table intermediate.int_feedback_set_aside (
                source_slug text, source_record_id text, reason_code text
            );
            insert into intermediate.int_feedback values
                ('k1', 'reviews', 'r1', 'h1'),
                ('k2', 'reviews', 'r2', 'h2'),
                ('k3', 'surveys', 's1', 'h3');
            insert into intermediate.int_feedback_set_aside values
                ('surveys', 's2', 'no_text_no_score');
            """
        )
    with connect("voc_nlp", database) as nlp:
        nlp.execute(
            """
            insert into nlp.pipelines (pipeline_version, pack_slug, is_current)
            values ('v1', 'retail', false), ('v2', 'retail', true);
            insert into nlp.documents
                (feedback_key, text_hash, pipeline_version, source_slug, language, script,
                 is_relevant)
            values
                ('k1', 'h1', 'v1', 'reviews', 'zh', 'hans', true),
                ('k1', 'h1', 'v2', 'reviews', 'zh', 'hans', true),
                ('k2', 'h2', 'v2', 'reviews', 'zh', 'hans', true),
                ('k3', 'h3', 'v2', 'surveys', 'zh', 'hans', true);
            insert into nlp.opinion_units
                (feedback_key, pipeline_version, unit_seq, speaker, char_start, char_end,
                 redacted_text)
            values
                ('k1', 'v1', 1, 'customer', 0, 2, '很好'),
                ('k1', 'v2', 1, 'customer', 0, 2, '很好'),
                ('k1', 'v2', 2, 'agent', 3, 5, '您好'),
                ('k2', 'v2', 1, 'customer', 0, 2, '很差');
            """
        )
    with connect("voc_modeler", database) as modeler:
        modeler.execute(
            """
            create table core.fct_feedback (
                feedback_key text, source_slug text, subject_slug text, nps_score integer,
                pipeline_version text
            );
            create table core.fct_opinion_unit (
                feedback_key text, unit_seq integer, subject_slug text, is_relevant boolean,
                touchpoint_slug text, topic_slug text
            );
            create table marts_build.mart_journey_touchpoints (unit_count integer);
            create table marts_build.mart_theme_trend (unit_count integer);
            create table marts_build.mart_nps (response_count integer);
            insert into core.fct_feedback values
                ('k1', 'reviews', 'us', null, 'v2'),
                ('k2', 'reviews', 'rival', null, 'v2'),
                ('k3', 'surveys', 'us', 9, 'v2');
            insert into core.fct_opinion_unit values
                ('k1', 1, 'us', true, 'delivery', null),
                ('k2', 1, 'rival', true, 'delivery', 'late');
            insert into marts_build.mart_journey_touchpoints values (1);
            insert into marts_build.mart_theme_trend values (0);
            insert into marts_build.mart_nps values (1);
            """
        )
    yield
    with connect("voc_admin", database) as admin:
        admin.execute(
            """
            drop table raw_reviews.reviews, raw_surveys.responses,
                intermediate.int_feedback, intermediate.int_feedback_set_aside,
                core.fct_feedback, core.fct_opinion_unit;
            drop table if exists marts_build.mart_journey_touchpoints,
                marts_build.mart_theme_trend, marts_build.mart_nps, marts.mart_nps;
            truncate nlp.documents, nlp.opinion_units, nlp.text_signatures, nlp.pipelines,
                ops.loads, ops.runs,
                ops.stage_counts;
            """
        )


def change(settings: Settings, role: str, statement: str) -> None:
    with connect(role, settings) as connection:
        connection.execute(statement)


def land(settings: Settings, load_id: str, read: int, landed: int, quarantined: int) -> None:
    ledger.start_load(settings, load_id, "reviews", "reviews")
    ledger.finish_load(
        settings,
        load_id,
        status="success",
        rows_read=read,
        rows_landed=landed,
        rows_quarantined=quarantined,
    )


def test_a_whole_path_balances_in_every_equation_and_is_recorded(database):
    land(database, "l1", read=3, landed=2, quarantined=1)

    counts = reconcile(database, "night")

    assert StageCount("landed", "reviews", 3, 2, 1) in counts
    assert StageCount("raw -> int_feedback", "surveys", 2, 1, 1) in counts
    assert StageCount("int_feedback -> nlp.documents", "reviews", 2, 2) in counts
    assert StageCount("nlp.opinion_units -> core.fct_opinion_unit", "reviews", 2, 2) in counts
    assert StageCount("core -> marts", "mart_nps", 3, 1, 2) in counts
    with connect("voc_modeler", database) as connection:
        recorded = connection.execute(
            "select count(*), bool_and(is_balanced) from ops.stage_counts where run_id = 'night'"
        ).fetchone()
    assert recorded == (len(counts), True)


def test_reconciling_a_run_again_replaces_its_record(database):
    first = reconcile(database, "night", KEYED)

    assert reconcile(database, "night", KEYED) == first

    with connect("voc_modeler", database) as connection:
        recorded = connection.execute("select count(*) from ops.stage_counts").fetchone()
    assert recorded == (len(first),)


@pytest.mark.parametrize(
    ("equation", "role", "damage", "message"),
    [
        pytest.param(
            "raw -> int_feedback",
            "voc_stager",
            "delete from intermediate.int_feedback where source_record_id = 'r2'",
            r"raw -> int_feedback .* reviews: 2 rows in, 1 out, 0 set aside \(1 missing\)",
            id="a raw record that staging lost",
        ),
        pytest.param(
            "raw -> int_feedback",
            "voc_stager",
            "update intermediate.int_feedback set source_record_id = 'r1' "
            "where source_record_id = 'r2'",
            r"reviews: 2 rows in, 1 out, 0 set aside \(1 missing, 1 doubled\)",
            id="one lost and one doubled do not cancel out",
        ),
        pytest.param(
            "int_feedback -> nlp.documents",
            "voc_nlp",
            "update nlp.documents set text_hash = 'old' where feedback_key = 'k3'",
            r"surveys: 1 rows in, 0 out, 0 set aside \(1 missing, 1 of unknown origin\)",
            id="labels of an earlier wording",
        ),
        pytest.param(
            "nlp.documents -> core.fct_feedback",
            "voc_modeler",
            "update core.fct_feedback set pipeline_version = 'v1' where feedback_key = 'k1'",
            r"reviews: 2 rows in, 1 out",
            id="a fact that kept the labels of an earlier pipeline",
        ),
        pytest.param(
            "nlp.opinion_units -> core.fct_opinion_unit",
            "voc_modeler",
            "insert into core.fct_opinion_unit values ('k1', 2, 'us', true, null, null)",
            r"reviews: 2 rows in, 3 out, 0 set aside \(1 of unknown origin\)",
            id="an agent's words among the customer's",
        ),
        pytest.param(
            "core -> marts",
            "voc_modeler",
            "update core.fct_opinion_unit set subject_slug = 'us'",
            r"mart_journey_touchpoints: 2 rows in, 1 out, 0 set aside",
            id="a unit that fell out of a mart",
        ),
        pytest.param(
            "core -> marts",
            "voc_modeler",
            "update marts_build.mart_nps set response_count = 2",
            r"mart_nps: 3 rows in, 2 out, 2 set aside",
            id="an answer counted twice",
        ),
    ],
)
def test_an_imbalance_stops_the_run_and_names_both_sides(database, equation, role, damage, message):
    change(database, role, damage)

    with pytest.raises(OutOfBalance, match=message) as failure:
        reconcile(database, "night", [equation])

    assert "Next step: " in str(failure.value)
    with connect("voc_modeler", database) as connection:
        recorded = connection.execute(
            "select bool_and(is_balanced) from ops.stage_counts where equation = %s", (equation,)
        ).fetchone()
    assert recorded == (False,)


def test_a_load_that_lost_a_row_is_out_of_balance(database):
    land(database, "l1", read=10, landed=8, quarantined=1)

    with pytest.raises(OutOfBalance, match=r"landed .* reviews: 10 rows in, 8 out, 1 set aside"):
        reconcile(database, "night", ["landed"])


def test_loads_before_the_last_good_run_are_settled(database):
    land(database, "old", read=10, landed=8, quarantined=1)
    ledger.start_run(database, "night_1", "voc_nightly", NIGHT)
    ledger.finish_run(database, "night_1", "success")
    land(database, "new", read=5, landed=5, quarantined=0)

    assert reconcile(database, "night_2", ["landed"]) == [StageCount("landed", "reviews", 5, 5)]


def test_a_run_that_is_repeated_still_answers_for_its_own_loads(database):
    ledger.start_run(database, "night_1", "voc_nightly", NIGHT)
    land(database, "own", read=5, landed=5, quarantined=0)
    ledger.finish_run(database, "night_1", "success")

    assert reconcile(database, "night_1", ["landed"]) == [StageCount("landed", "reviews", 5, 5)]


def test_published_marts_are_measured_once_the_build_is_gone(database):
    change(database, "voc_modeler", "alter table marts_build.mart_nps set schema marts")

    counts = reconcile(database, "night", ["core -> marts"])

    assert StageCount("core -> marts", "mart_nps", 3, 1, 2) in counts


def test_an_unknown_equation_is_named(database):
    with pytest.raises(ValueError, match="nonsense"):
        reconcile(database, "night", ["nonsense"])
