"""The kinds of check that suites share, as Great Expectations expectations.

Importing this module imports Great Expectations, which takes seconds: import it from a suite
or inside a function, never where a DAG is parsed.
"""

from __future__ import annotations

from collections.abc import Iterable

import great_expectations.expectations as gxe
from great_expectations import ExpectationSuite
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.metadata_types import FailureSeverity

CRITICAL = FailureSeverity.CRITICAL  # blocks the run
WARNING = FailureSeverity.WARNING  # informs

# PostgreSQL regular expressions, narrow on purpose: what matches is personal data for certain.
# Digits stand alone and after no decimal point, so that neither an order number that contains a
# phone-like run nor a fraction is one.
_NUMBER_START = r"(^|[^0-9.]|[^0-9]\.)"
PERSONAL_DATA_PATTERNS = {
    "mobile number": rf"{_NUMBER_START}1[3-9][0-9]{{9}}([^0-9]|$)",
    "e-mail address": (
        r"[A-Za-z0-9][A-Za-z0-9._%+-]*@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*\.[A-Za-z]{2,63}"
    ),
    "identity number": (
        rf"{_NUMBER_START}[1-9][0-9]{{5}}(19|20)[0-9]{{2}}(0[1-9]|1[0-2])"
        r"(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]([^0-9]|$)"
    ),
}


def columns_present(columns: Iterable[str], notes: str) -> Expectation:
    """Expect at least these columns; further ones are welcome."""
    return gxe.ExpectTableColumnsToMatchSet(
        column_set=list(columns), exact_match=False, severity=CRITICAL, notes=notes
    )


def not_empty(notes: str) -> Expectation:
    """Expect at least one row."""
    return gxe.ExpectTableRowCountToBeBetween(min_value=1, severity=CRITICAL, notes=notes)


def always_filled(column: str, notes: str) -> Expectation:
    """Expect no null in `column`."""
    return gxe.ExpectColumnValuesToNotBeNull(column=column, severity=CRITICAL, notes=notes)


def one_row_per(columns: list[str], notes: str) -> Expectation:
    """Expect the combination of `columns` to occur once."""
    keys = ", ".join(columns)
    return gxe.UnexpectedRowsExpectation(
        description=f"one row per {keys}",
        unexpected_rows_query=f"select 1 from {{batch}} group by {keys} having count(*) > 1",
        severity=CRITICAL,
        notes=notes,
    )


def no_row_where(
    condition: str, *, rule: str, notes: str, severity: FailureSeverity = CRITICAL
) -> Expectation:
    """Expect no row of the table for which the SQL `condition` is true.

    `rule` says in words what must hold; it is the check's name in `ops.gate_results`.
    """
    return no_rows_from(
        f"select 1 from {{batch}} where {_literal_braces(condition)}",
        rule=rule,
        notes=notes,
        severity=severity,
    )


def no_rows_from(
    query: str, *, rule: str, notes: str, severity: FailureSeverity = CRITICAL
) -> Expectation:
    """Expect `query` to return nothing; `{batch}` in it stands for the guarded rows."""
    return gxe.UnexpectedRowsExpectation(
        description=rule, unexpected_rows_query=query, severity=severity, notes=notes
    )


def at_most_share_where(
    condition: str, share: float, *, rule: str, notes: str, severity: FailureSeverity = WARNING
) -> Expectation:
    """Expect the SQL `condition` to be true for at most `share` (0 to 1) of the rows.

    Above it, every such row counts as unexpected, so that the result says how many they are.
    """
    found = _literal_braces(condition)
    return no_rows_from(
        f"select 1 from {{batch}} where ({found})"
        f" and (select avg(coalesce({found}, false)::int) from {{batch}}) > {share}",
        rule=rule,
        notes=notes,
        severity=severity,
    )


def known_slugs(column: str, vocabulary: str, notes: str) -> Expectation:
    """Expect every value of `column` to be among those that the query `vocabulary` selects."""
    return no_rows_from(
        f"select {column} from {{batch}} where {column} is not null except ({vocabulary})",
        rule=f"every {column} is in the vocabulary",
        notes=notes,
    )


def no_personal_data(column: str, notes: str) -> list[Expectation]:
    """Expect no phone number, e-mail address or identity number in `column`: not one."""
    return [
        no_row_where(f"{column} ~ '{pattern}'", rule=f"no {kind} in {column}", notes=notes)
        for kind, pattern in PERSONAL_DATA_PATTERNS.items()
    ]


def within(column: str, low: float, high: float) -> Expectation:
    """Expect every value of `column` that is not null to lie between `low` and `high`."""
    return gxe.ExpectColumnValuesToBeBetween(
        column=column,
        min_value=low,
        max_value=high,
        severity=CRITICAL,
        notes="Its scale; a value beyond it is an error of the formula, never news.",
    )


def interval_holds(estimate: str, low: str, high: str) -> Expectation:
    """Expect each estimate to lie within its own interval, and to have one or none of the ends."""
    return no_row_where(
        f"{estimate} < {low} or {estimate} > {high} or ({low} is null) <> ({high} is null)",
        rule=f"{estimate} lies within its interval",
        notes="An interval beside its estimate was computed over other rows.",
    )


def suppressed_is_null(columns: list[str]) -> Expectation:
    """Expect the estimates of suppressed rows, and the counts that make them, to be null."""
    return no_row_where(
        f"is_suppressed and num_nonnulls({', '.join(columns)}) > 0",
        rule="suppressed cells show no estimate",
        notes="Below five voices a figure points at persons and swings by chance.",
    )


def small_cell_is_alone(family: list[str], voices: str) -> Expectation:
    """Expect a cell of 1 to 4 `voices` only where nobody else in its `family` (columns) speaks."""
    keys = ", ".join(family)
    return no_rows_from(
        f"select {keys} from {{batch}} where {voices} > 0 group by {keys}"
        f" having min({voices}) < 5 and count(*) > 1",
        rule="a small cell has no neighbours",
        notes="The family's total less the other cells would tell what it hides: cells are pooled.",
    )


def small_sample_flags(voices: str) -> Expectation:
    """Expect the flags to follow the SQL number of `voices`: under 30 small, under 5 hidden."""
    return no_row_where(
        f"is_small_sample <> ({voices} < 30) or is_suppressed <> ({voices} < 5)",
        rule="small samples are flagged",
        notes="Charts grey and hide by these flags alone.",
    )


def shown_score(names: list[str], counts: list[str], voices: str) -> list[Expectation]:
    """Expect a net score (`names`: estimate, low, high) as macro `net_score_figures` gives it.

    Within -100..100 and its interval, null with its `counts` where `voices` are few, and flagged.
    """
    estimate, low, high = names
    return [
        within(estimate, -100, 100),
        interval_holds(estimate, low, high),
        suppressed_is_null([*names, *counts]),
        small_sample_flags(voices),
    ]


def nps_of_groups() -> list[Expectation]:
    """Expect NPS of cells of answers: there are some, their groups add up, and it is shown well."""
    groups = ["promoter_count", "passive_count", "detractor_count"]
    return [
        no_rows_from(
            "select 1 where not exists (select 1 from {batch})"
            " and exists (select 1 from core.fct_survey_response where nps_score is not null)",
            rule="not empty while core has NPS answers",
            notes="An empty mart under a full core is a broken join or a wrong pack.",
        ),
        no_row_where(
            "promoter_count + passive_count + detractor_count <> response_count"
            " or response_count < 1",
            rule="promoters, passives and detractors add up to the answers",
            notes="NPS divides by their sum.",
        ),
        *shown_score(["nps", "nps_low", "nps_high"], groups, "response_count"),
    ]


def make_suite(name: str, *expectations: Expectation | list[Expectation]) -> ExpectationSuite:
    """Put checks, or lists of checks, together to the suite of the table `name`."""
    flat = [
        check for group in expectations for check in (group if isinstance(group, list) else [group])
    ]
    return ExpectationSuite(name=name, expectations=flat)


def _literal_braces(condition: str) -> str:
    """Double braces: Great Expectations reads single ones as placeholders."""
    return condition.replace("{", "{{").replace("}", "}}")
