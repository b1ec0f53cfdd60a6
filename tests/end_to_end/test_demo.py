"""`voc demo`: from nothing to published marts, every stage reconciled with the one before."""

from __future__ import annotations

import httpx
import pytest

MARTS = [
    "mart_breakpoint_evidence",
    "mart_breakpoints",
    "mart_journey_summary",
    "mart_journey_touchpoints",
    "mart_nps",
    "mart_nps_monthly",
    "mart_theme_trend",
]
EQUATIONS = [
    "landed",
    "raw -> int_feedback",
    "int_feedback -> nlp.documents",
    "nlp.documents -> core.fct_feedback",
    "nlp.opinion_units -> core.fct_opinion_unit",
    "core -> marts",
]


def test_the_demo_says_what_was_loaded_where_to_look_and_how_long_it_took(demo):
    for expected in ("Seconds per step", "voc_nightly", "Superset", "Airflow", "opinion units"):
        assert expected in demo.demo_output
    assert demo.settings.secret("superset_admin_password") in demo.demo_output


def test_every_service_runs_on_loopback(demo):
    services = demo.status()["services"]

    assert services
    assert {name for name, state in services.items() if not state.startswith("running")} == set()
    for port in (demo.settings.superset_port, demo.settings.airflow_port):
        assert httpx.get(f"http://127.0.0.1:{port}/", follow_redirects=True).status_code == 200


def test_the_night_ran_in_airflow_and_is_published(demo):
    report = demo.status()

    assert report["last_run"]["dag_id"] == "voc_nightly"
    assert report["last_run"]["status"] == "success"
    assert {gate["gate"] for gate in report["gates"]} == {"landing", "labels", "marts"}
    assert not [gate for gate in report["gates"] if gate["failed_critical"]]


@pytest.mark.parametrize("mart", MARTS)
def test_every_mart_has_rows_that_the_reader_sees(demo, mart):
    assert demo.query(f"select count(*) from marts.{mart}", role="voc_reader")[0][0] > 0


def test_the_newest_week_was_searched_for_emerging_topics(demo):
    # whether it holds a candidate of ten people is another matter in a company of this size
    weeks = demo.query("select unit_count, voter_count from stats.emerging_topic_week")

    assert weeks
    assert all(units >= voters > 0 for units, voters in weeks)
    assert demo.query("select count(*) from marts.mart_emerging_topics", role="voc_reader")


def test_every_stage_reconciles_with_the_one_before(demo):
    counts = demo.query("select equation, source_slug, is_balanced, rows_in from ops.stage_counts")

    assert {equation for equation, *_ in counts} == set(EQUATIONS)
    assert [row for row in counts if not row[2]] == []
    assert all(sum(row[3] for row in counts if row[0] == equation) > 0 for equation in EQUATIONS)


def test_broken_records_of_the_sources_are_in_quarantine_with_their_reason(demo):
    kept = demo.query(
        "select reason_code, reason, raw_payload, load_id from ops.quarantine where status = 'open'"
    )

    assert {"out_of_range", "nul_byte", "empty_feedback", "bad_date"} <= {row[0] for row in kept}
    assert all(reason and payload and load for _, reason, payload, load in kept)


def test_doctor_finds_nothing_to_mend(demo):
    outcome = demo.voc("doctor")

    assert "✗" not in outcome.stdout
