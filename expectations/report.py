"""What a gate saw: one result per check, and the failure that stops a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class CheckResult:
    """One check of one suite. `observed` holds counts and figures, never a value of a row."""

    suite: str
    expectation: str
    severity: str  # critical blocks, warning informs
    is_success: bool
    observed: str
    notes: str | None = None
    next_step: str | None = None

    @property
    def is_blocking(self) -> bool:
        """Tell whether this result stops the run."""
        return not self.is_success and self.severity == "critical"


@dataclass(frozen=True)
class GateReport:
    """Every result of one gate in one run."""

    gate: str
    run_id: str
    results: tuple[CheckResult, ...]
    seconds: float

    @property
    def blocking(self) -> tuple[CheckResult, ...]:
        """The failed critical checks."""
        return tuple(check for check in self.results if check.is_blocking)

    @property
    def warnings(self) -> tuple[CheckResult, ...]:
        """The failed checks that inform only."""
        return tuple(
            check for check in self.results if not check.is_success and not check.is_blocking
        )

    def describe(self) -> str:
        """Return one line: gate, how many checks, how they went."""
        return (
            f"gate {self.gate}: {len(self.results)} checks, {len(self.blocking)} failed, "
            f"{len(self.warnings)} warnings, {self.seconds:.1f} s"
        )


class GateFailed(RuntimeError):
    """A critical check failed; the message names gate, suite, expectation, observed, next step."""

    def __init__(self, report: GateReport, next_step: str) -> None:
        self.report = report
        super().__init__("\n".join(_describe(report.gate, report.blocking, next_step)))


def _describe(gate: str, blocking: Sequence[CheckResult], next_step: str) -> list[str]:
    return [
        f"gate {gate}, suite {check.suite}: {check.expectation}: observed {check.observed}. "
        f"Next step: {check.next_step or next_step}"
        for check in blocking
    ]
