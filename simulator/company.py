"""The simulated company as a whole: build its records, then reveal them as its days go by."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from simulator import call_files, clock, crm_database
from simulator.day_files import DayFileWriter
from simulator.diary import Diary
from simulator.plan import Plan
from simulator.planted import describe_causes
from simulator.truth import TruthWriter

__all__ = ["CompanyError", "Plan", "Revealed", "build", "reveal"]

PLAN_FILE = "plan.json"


class CompanyError(RuntimeError):
    """The company cannot be built or revealed; the message says what to do."""


@dataclass(frozen=True)
class Revealed:
    """What a reveal put in place: the new now, CRM rows written per table, new call files."""

    now: datetime
    crm_rows: dict[str, int]
    call_files: int


def build(
    plan: Plan, out_dir: Path | str, progress: Callable[[int, int], None] | None = None
) -> bool:
    """Write all records and the truth of a plan into `out_dir`.

    Returns False when the folder already holds this very company. A folder that holds another
    company is made anew; raises `CompanyError` when it holds something else.
    """
    folder = Path(out_dir)
    plan_path = folder / PLAN_FILE
    if plan_path.exists():
        if json.loads(plan_path.read_text(encoding="utf-8")) == plan.describe():
            if progress is not None:
                progress(plan.feedback, plan.feedback)
            return False
        plan_path.unlink()
    elif (folder / "days").exists() and not (folder / "truth").exists():
        raise CompanyError(f"{folder} holds files of something else: choose an empty folder")
    for name in ("days", "truth", call_files.FOLDER):
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / clock.FILE_NAME).unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    with TruthWriter(folder / "truth") as truth:
        truth.write_all("planted_causes", describe_causes(plan))
        Diary(plan, DayFileWriter(folder, plan.end), truth).play(progress)
    # written last: a build that was cut off is not taken for a whole one
    plan_path.write_text(json.dumps(plan.describe(), indent=2), encoding="utf-8")
    return True


def read_plan(out_dir: Path | str) -> dict[str, object]:
    """Return the plan that a folder was built by; raises `CompanyError` when it was not."""
    path = Path(out_dir) / PLAN_FILE
    if not path.exists():
        raise CompanyError(f"no simulated company in {out_dir}: run `voc simulate` first")
    plan: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return plan


def reveal(out_dir: Path | str, through: datetime | date, crm_url: str) -> Revealed:
    """Advance the company's clock: sources show all that changed up to `through`.

    A date means its last second. Rows go into the CRM database, call files into `calls/`, and the
    web API follows the clock by itself. Running it again changes nothing; the clock cannot go back
    (raises `CompanyError`), since a real source cannot unsay what it has shown.
    """
    folder = Path(out_dir)
    plan = read_plan(folder)
    now = clock.end_of(through)
    before = clock.read_clock(folder)
    if before is not None and now < before:
        raise CompanyError(f"the company's clock stands at {before}: it cannot go back to {now}")
    fingerprint = json.dumps(plan, sort_keys=True)
    rows = crm_database.load(folder, now, crm_url, fingerprint)
    # without its folder, say after a clean-up, the export is written anew from the first day
    known = before if (folder / call_files.FOLDER).is_dir() else None
    files = call_files.write(folder, now, known)
    clock.set_clock(folder, now)
    return Revealed(now, rows, files)
