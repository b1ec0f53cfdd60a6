"""Run a gate: validate its suites, record every result, stop the run when a critical one fails."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from expectations import ledger, published
from expectations.report import CheckResult, GateFailed, GateReport
from warehouse.postgres import connect, upsert_rows
from warehouse.settings import Settings

_RESULT_COLUMNS = [
    "run_id",
    "gate",
    "suite",
    "expectation",
    "severity",
    "is_success",
    "observed",
    "notes",
    "checked_at",
]


@dataclass(frozen=True)
class Gate:
    """What a gate guards, as which role, and what to do when it stays shut."""

    role: str
    suites: tuple[str, ...]
    check_first: Callable[[Settings, str], list[CheckResult]]
    next_step: str


def _check_ledger(settings: Settings, run_id: str) -> list[CheckResult]:
    limits = ledger.read_quarantine_limits(settings.config_dir / "sources.yml")
    with connect("voc_loader", settings) as connection:
        return ledger.check_loads(connection, run_id, limits)


def _check_against_published(settings: Settings, run_id: str) -> list[CheckResult]:
    with connect("voc_modeler", settings) as connection:
        return published.check_row_counts(connection)


def _check_nothing(settings: Settings, run_id: str) -> list[CheckResult]:
    return []


GATES: dict[str, Gate] = {
    "landing": Gate(
        role="voc_loader",
        suites=(
            "raw_crm__customers",
            "raw_crm__stores",
            "raw_crm__agents",
            "raw_crm__products",
            "raw_crm__orders",
            "raw_crm__customer_notes",
            "raw_crm__order_items",
            "raw_crm__teams",
            "raw_crm__campaigns",
            "raw_crm__campaign_touches",
            "raw_crm__cases",
            "raw_crm__case_events",
            "raw_crm__improvements",
            "raw_calls__calls",
            "raw_reviews__reviews",
            "raw_surveys__responses",
            "raw_surveys__invitations",
            "raw_helpdesk__tickets",
            "raw_files__feedback",
        ),
        check_first=_check_ledger,
        next_step="look at the raw table and at ops.loads, mend the source, load it again",
    ),
    "labels": Gate(
        role="voc_nlp",
        suites=("intermediate__int_feedback", "nlp__documents", "nlp__opinion_units"),
        check_first=_check_nothing,
        next_step="mend the model or the vocabulary in config/, load the seeds, label again",
    ),
    "marts": Gate(
        role="voc_modeler",
        suites=(
            "marts_build__mart_journey_touchpoints",
            "marts_build__mart_journey_region",
            "marts_build__mart_journey_summary",
            "marts_build__mart_journey_funnel",
            "marts_build__mart_breakpoints",
            "marts_build__mart_breakpoint_evidence",
            "marts_build__mart_nps",
            "marts_build__mart_nps_monthly",
            "marts_build__mart_nps_region",
            "marts_build__mart_nps_drivers",
            "marts_build__mart_customer_360",
            "marts_build__mart_silence_risk",
            "marts_build__mart_proactive_service",
            "marts_build__mart_dissatisfaction",
            "marts_build__mart_value_at_risk",
            "marts_build__mart_recovery_value",
            "marts_build__mart_churn_nodes",
            "marts_build__mart_nps_transitions",
            "marts_build__mart_nps_bridge",
            "marts_build__mart_survey_response",
            "marts_build__mart_satisfaction",
            "marts_build__mart_satisfaction_monthly",
            "marts_build__mart_label_drift",
            "marts_build__mart_theme_trend",
            "marts_build__mart_theme_week",
            "marts_build__mart_event_theme",
            "marts_build__mart_emerging_topics",
            "marts_build__mart_keywords",
            "marts_build__mart_benchmark_aspect",
            "marts_build__mart_benchmark",
            "marts_build__mart_store_score",
            "marts_build__mart_agent_score",
            "marts_build__mart_theme_cohort",
            "marts_build__mart_opportunities",
            "marts_build__mart_avoidable_cost",
            "marts_build__mart_priority",
            "marts_build__mart_topic_prevalence",
            "marts_build__mart_experience_index",
            "marts_build__mart_breakpoint_impact",
            "marts_build__mart_surge",
        ),
        check_first=_check_against_published,
        next_step="mend the model and build the marts again; readers keep the earlier ones",
    ),
}


def run_gate(gate: str, settings: Settings, run_id: str) -> GateReport:
    """Check every suite of `gate` (landing, labels, marts), record each result, return the report.

    Raises `GateFailed` when a critical check failed, after all results are written. Running it
    again for the same run replaces the results.
    """
    if gate not in GATES:
        raise ValueError(f"unknown gate {gate!r}: expected one of {', '.join(GATES)}")
    from expectations import validation  # imports Great Expectations: seconds

    started = time.monotonic()
    plan = GATES[gate]
    checks = plan.check_first(settings, run_id)
    url = settings.database_url(plan.role, "postgresql+psycopg")
    with validation.open_datasource(url) as datasource:
        for suite in _suites_to_check(settings, gate):
            checks += validation.validate_suite(datasource, suite)
    report = GateReport(gate, run_id, tuple(checks), time.monotonic() - started)
    _record(settings, report)
    if report.blocking:
        raise GateFailed(report, plan.next_step)
    return report


def _suites_to_check(settings: Settings, gate: str) -> tuple[str, ...]:
    """Return the gate's suites; at the landing, without tables that no source ever filled."""
    plan = GATES[gate]
    if gate != "landing":
        return plan.suites
    with connect(plan.role, settings) as connection:
        filled = ledger.list_filled_entities(connection)
    # no two raw tables share a name, so the entity tells the table whichever source filled it
    return tuple(suite for suite in plan.suites if suite.partition("__")[2] in filled)


def _record(settings: Settings, report: GateReport) -> None:
    with connect(GATES[report.gate].role, settings) as connection:
        now = connection.execute("select now()").fetchone()
        upsert_rows(
            connection,
            "ops.gate_results",
            _RESULT_COLUMNS,
            [
                (
                    report.run_id,
                    report.gate,
                    check.suite,
                    check.expectation,
                    check.severity,
                    check.is_success,
                    check.observed,
                    check.notes,
                    now[0] if now else None,
                )
                for check in report.results
            ],
            key=["run_id", "gate", "suite", "expectation"],
        )
