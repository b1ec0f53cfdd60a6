"""Each gate lets a whole world pass and stops at each kind of damage, with a message to act on."""

from __future__ import annotations

import tempfile

import pytest

from expectations.gate import GATES, run_gate
from expectations.report import GateFailed
from warehouse.postgres import connect
from warehouse.settings import Settings

NOBODY_S_PHONE = "13912345678"


def change(settings: Settings, role: str, statement: str) -> None:
    with connect(role, settings) as connection:
        connection.execute(statement)


def results_of(settings: Settings, gate: str) -> list[tuple[str, str, str, bool, str]]:
    with connect("voc_modeler", settings) as connection:
        return connection.execute(
            "select suite, expectation, severity, is_success, observed from ops.gate_results "
            "where gate = %s order by suite, expectation",
            (gate,),
        ).fetchall()


@pytest.mark.parametrize(
    ("gate", "suites"), [("landing", 12), ("labels", 3), ("marts", len(GATES["marts"].suites))]
)
def test_a_whole_world_passes_every_check(gate, suites, request):
    settings = request.getfixturevalue(gate)

    report = run_gate(gate, settings, "night")

    assert report.blocking == ()
    assert report.warnings == ()
    assert len({check.suite for check in report.results}) == suites
    assert len(report.results) >= 4 * suites


def test_results_are_written_once_however_often_the_gate_runs(landing):
    report = run_gate("landing", landing, "night")
    first = results_of(landing, "landing")
    run_gate("landing", landing, "night")

    assert results_of(landing, "landing") == first
    assert len(first) == len(report.results)


@pytest.mark.parametrize(
    ("gate", "role", "damage", "suite", "expectation"),
    [
        pytest.param(
            "landing",
            "voc_loader",
            "insert into raw_reviews.reviews select * from raw_reviews.reviews",
            "raw_reviews__reviews",
            "one row per review_id",
            id="a record landed twice",
        ),
        pytest.param(
            "landing",
            "voc_loader",
            "alter table raw_surveys.responses drop column nps",
            "raw_surveys__responses",
            "expect_table_columns_to_match_set",
            id="a column that vanished",
        ),
        pytest.param(
            "landing",
            "voc_loader",
            "delete from raw_calls.calls",
            "raw_calls__calls",
            "expect_table_row_count_to_be_between",
            id="a table that was emptied",
        ),
        pytest.param(
            "landing",
            "voc_loader",
            "drop table raw_calls.calls",
            "raw_calls__calls",
            "the table can be read",
            id="a table that is gone",
        ),
        pytest.param(
            "landing",
            "voc_loader",
            "update raw_surveys.responses set nps = 11",
            "raw_surveys__responses",
            "scores lie on their scales",
            id="a score off its scale",
        ),
        pytest.param(
            "landing",
            "voc_loader",
            "update raw_surveys.invitations set state = 'lost'",
            "raw_surveys__invitations",
            "states are known",
            id="an invitation in a state that nobody knows",
        ),
        pytest.param(
            "landing",
            "voc_loader",
            "update raw_crm.customers set phone_hash = phone where customer_id = 'c1'",
            "raw_crm__customers",
            "keyed hashes are 64 hex digits",
            id="a bare phone where its hash belongs",
        ),
        pytest.param(
            "labels",
            "voc_nlp",
            "update nlp.documents set redacted_text = '打 13912345678 找我' "
            "where feedback_key = 'k1'",
            "nlp__documents",
            "no mobile number in redacted_text",
            id="a phone number that redaction missed",
        ),
        pytest.param(
            "labels",
            "voc_nlp",
            "update nlp.opinion_units set redacted_text = 'a.b@cd.cn', char_end = 9",
            "nlp__opinion_units",
            "no e-mail address in redacted_text",
            id="an e-mail address that redaction missed",
        ),
        pytest.param(
            "labels",
            "voc_nlp",
            "update nlp.documents set redacted_text = '身份证11010119900307123X'"
            " where feedback_key = 'k1'",
            "nlp__documents",
            "no identity number in redacted_text",
            id="an identity number that redaction missed",
        ),
        pytest.param(
            "labels",
            "voc_nlp",
            "update nlp.opinion_units set touchpoint_slug = 'check_in'",
            "nlp__opinion_units",
            "every touchpoint_slug is in the vocabulary",
            id="a touchpoint of another pack",
        ),
        pytest.param(
            "labels",
            "voc_nlp",
            "update nlp.opinion_units set char_start = 1, char_end = 5",
            "nlp__opinion_units",
            "spans point at their words in the document",
            id="a span that slipped",
        ),
        pytest.param(
            "labels",
            "voc_nlp",
            "update nlp.documents set sentiment_label = null where pipeline_version = 'new'",
            "nlp__documents",
            "sentiment score and label go together",
            id="a score without its label",
        ),
        pytest.param(
            "labels",
            "voc_stager",
            "update intermediate.int_feedback set channel_slug = 'pigeon'",
            "intermediate__int_feedback",
            "every channel_slug is in the vocabulary",
            id="a channel that nobody knows",
        ),
        pytest.param(
            "labels",
            "voc_modeler",
            "drop table reference.topics",
            "nlp__opinion_units",
            "every topic_slug is in the vocabulary",
            id="seeds that were never loaded",
        ),
        pytest.param(
            "marts",
            "voc_modeler",
            "update marts_build.mart_nps set passive_count = 11",
            "marts_build__mart_nps",
            "promoters, passives and detractors add up to the answers",
            id="groups that do not add up",
        ),
        pytest.param(
            "marts",
            "voc_modeler",
            "insert into marts_build.mart_nps_region (month, region, response_count,"
            " is_small_sample, is_suppressed) values ('2026-01-01', '西南', 4, true, true)",
            "marts_build__mart_nps_region",
            "a small cell has no neighbours",
            id="a small cell beside its family",
        ),
        pytest.param(
            "marts",
            "voc_modeler",
            "update marts_build.mart_satisfaction set content_count = 1",
            "marts_build__mart_satisfaction",
            "suppressed cells show no estimate",
            id="a count that gives the estimate away",
        ),
        pytest.param(
            "marts",
            "voc_modeler",
            "update marts_build.mart_theme_trend set share_low = 21",
            "marts_build__mart_theme_trend",
            "share_pct lies within its interval",
            id="an interval beside its estimate",
        ),
        pytest.param(
            "marts",
            "voc_modeler",
            "delete from marts_build.mart_journey_touchpoints",
            "marts_build__mart_journey_touchpoints",
            "not empty while core has units with a touchpoint",
            id="an empty mart under a full core",
        ),
        pytest.param(
            "marts",
            "voc_modeler",
            "update marts_build.mart_nps_monthly set response_count = 4, promoter_count = 4, "
            "passive_count = 0, detractor_count = 0, is_small_sample = true, is_suppressed = true",
            "marts_build__mart_nps_monthly",
            "suppressed cells show no estimate",
            id="an estimate of four voices",
        ),
        pytest.param(
            "marts",
            "voc_modeler",
            "update marts_build.mart_theme_trend set share_pct = 120, share_high = 130",
            "marts_build__mart_theme_trend",
            "expect_column_values_to_be_between(share_pct)",
            id="a share above the whole",
        ),
        pytest.param(
            "marts",
            "voc_modeler",
            "update marts_build.mart_survey_response set completed_count = 41",
            "marts_build__mart_survey_response",
            "counts fall from invitations to complete answers",
            id="more answers than asks",
        ),
        pytest.param(
            "marts",
            "voc_modeler",
            "delete from marts_build.mart_satisfaction where measure_slug = 'ces'",
            "marts_build__mart_satisfaction",
            "every score of core is counted once",
            id="a lost score",
        ),
        pytest.param(
            "marts",
            "voc_modeler",
            "update marts_build.mart_satisfaction_monthly set is_inside_noise = true",
            "marts_build__mart_satisfaction_monthly",
            "a change is noise when its interval holds zero",
            id="a change that is called noise",
        ),
        pytest.param(
            "marts",
            "voc_modeler",
            "update marts_build.mart_label_drift set q_value = 0.2",
            "marts_build__mart_label_drift",
            "a label moved only with a proof",
            id="a drift without proof",
        ),
        pytest.param(
            "marts",
            "voc_modeler",
            "drop table marts_build.mart_breakpoints",
            "marts_build__mart_breakpoints",
            "the table can be read",
            id="a mart that was not built",
        ),
        pytest.param(
            "marts",
            "voc_modeler",
            "update marts_build.mart_breakpoint_evidence set to_quote = '找13912345678'",
            "marts_build__mart_breakpoint_evidence",
            "no mobile number in to_quote",
            id="a phone number among the evidence",
        ),
    ],
)
def test_damage_stops_the_run_and_is_named(gate, role, damage, suite, expectation, request):
    settings = request.getfixturevalue(gate)
    change(settings, role, damage)

    with pytest.raises(GateFailed) as failure:
        run_gate(gate, settings, "night")

    message = str(failure.value)
    assert f"gate {gate}, suite {suite}: {expectation}: observed " in message
    assert "Next step: " in message
    assert NOBODY_S_PHONE not in message
    recorded = {(row[0], row[1]): row[3] for row in results_of(settings, gate)}
    assert recorded[suite, expectation] is False


def test_a_warning_informs_and_lets_the_run_pass(landing):
    change(landing, "voc_loader", "update raw_crm.stores set region = null")

    report = run_gate("landing", landing, "night")

    assert [(check.expectation, check.observed) for check in report.warnings] == [
        ("stores lie in a region", "1 unexpected rows")
    ]


def test_a_share_within_its_limit_is_no_warning(landing):
    change(
        landing,
        "voc_loader",
        "insert into raw_crm.stores (store_id, region) select 's' || n, '华东' "
        "from generate_series(2, 99) as n; "
        "insert into raw_crm.stores (store_id) values ('s100')",
    )

    assert run_gate("landing", landing, "night").warnings == ()


def test_a_source_that_nobody_uses_is_not_asked_for(landing):
    change(landing, "voc_loader", "delete from raw_calls.calls")
    change(
        landing,
        "voc_loader",
        "update ops.loads set rows_landed = 0, rows_read = 0 where source_slug = 'calls'",
    )

    report = run_gate("landing", landing, "night")

    assert "raw_calls__calls" not in {check.suite for check in report.results}


def test_a_new_column_is_announced_once(landing, record_load):
    """A warning while it is news; a source that always sends more than we read is none."""
    record_load("reviews", "reviews", read=10, landed=10)
    announce = 'update ops.loads set detail = \'{"new_columns": ["mood"]}\' where load_id = %s'
    change(landing, "voc_loader", announce % "'reviews.reviews.10.10'")

    (warning,) = run_gate("landing", landing, "night").warnings
    assert warning.expectation == "reviews.reviews: only columns that the contract knows"
    assert warning.observed == "mood"

    change(
        landing,
        "voc_modeler",
        "insert into ops.runs (run_id, dag_id, night, status, started_at) "
        "values ('before', 'voc', '2024-01-01', 'success', now())",
    )
    record_load("reviews", "reviews", read=11, landed=11)
    change(landing, "voc_loader", announce % "'reviews.reviews.11.11'")

    assert run_gate("landing", landing, "night").warnings == ()


def test_a_load_that_lost_a_row_stops_the_run(landing, record_load):
    record_load("reviews", "reviews", read=10, landed=8, quarantined=1)

    with pytest.raises(GateFailed, match=r"reviews\.reviews: rows read = landed \+ quarantined"):
        run_gate("landing", landing, "night")


def test_too_much_quarantine_stops_the_run_and_says_where_to_look(landing, record_load):
    record_load("surveys", "responses", read=100, landed=80, quarantined=20)

    with pytest.raises(GateFailed, match=r"20 of 102 rows \(19.6%\).*voc quarantine list"):
        run_gate("landing", landing, "night")


def test_rows_that_somebody_has_decided_on_hold_no_night_up(landing, record_load):
    record_load("surveys", "responses", read=100, landed=80, quarantined=20)
    change(
        landing,
        "voc_loader",
        "update ops.quarantine set status = 'dropped' where source_slug = 'surveys'",
    )

    report = run_gate("landing", landing, "night")

    assert not report.blocking


def test_a_mart_that_shrank_against_the_published_one_is_a_warning(marts):
    change(
        marts,
        "voc_modeler",
        "create table marts.mart_nps as select * from marts_build.mart_nps, generate_series(1, 5)",
    )

    report = run_gate("marts", marts, "night")

    assert [(check.suite, check.observed) for check in report.warnings] == [
        ("marts_build__mart_nps", "1 rows built, 5 published")
    ]


def test_a_gate_leaves_no_files(labels, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    run_gate("labels", labels, "night")

    assert list(tmp_path.rglob("*")) == []


def test_a_gate_leaves_no_connection_open(labels):
    run_gate("labels", labels, "night")

    with connect("voc_admin", labels) as connection:
        left = connection.execute(
            "select count(*) from pg_stat_activity "
            "where usename = 'voc_nlp' and datname = current_database()"
        ).fetchone()
    assert left == (0,)


def test_an_unknown_gate_is_named(database):
    with pytest.raises(ValueError, match="unknown gate 'exit'"):
        run_gate("exit", database, "night")
