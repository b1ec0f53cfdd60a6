"""The simulated company as a whole: build its records, then reveal them as its days go by."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from simulator import call_files, clock, crm_database
from simulator.causes import describe_causes
from simulator.day_files import DayFileWriter
from simulator.diary import Diary
from simulator.plan import FORMAT_VERSION, Plan
from simulator.truth import TruthWriter

__all__ = ["FORMAT_VERSION", "CompanyError", "Plan", "Revealed", "build", "read_plan", "reveal"]

PLAN_FILE = "plan.json"
# what a build that was cut off may have left behind
_BUILT = {"days", "truth", call_files.FOLDER, clock.FILE_NAME}


class CompanyError(RuntimeError):
    """The company cannot be built or revealed; the message says what to do."""


@dataclass(frozen=True)
class Revealed:
    """What a reveal put in place: the new now, CRM rows written per table, new call files."""

    now: datetime
    crm_rows: dict[str, int]
    call_files: int


def build(
    plan: Plan,
    out_dir: Path | str,
    progress: Callable[[int, int], None] | None = None,
    *,
    replace: bool = True,
) -> bool:
    """Write all records and the truth of a plan into `out_dir`.

    Returns False when the folder already holds this very company. A folder that holds another
    company is made anew, unless `replace` is False; raises `CompanyError` then, and when the
    folder holds something else.
    """
    folder = Path(out_dir)
    _check_folder(folder)
    plan_path = folder / PLAN_FILE
    if plan_path.exists():
        if json.loads(plan_path.read_text(encoding="utf-8")) == plan.describe():
            if progress is not None:
                progress(plan.feedback, plan.feedback)
            return False
        if not replace:
            raise CompanyError(
                f"{folder} holds another company: choose another folder, or have it replaced"
            )
        plan_path.unlink()
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


def _check_folder(folder: Path) -> None:
    """Refuse a folder that is neither empty nor a company's, be its build cut off or whole."""
    if (folder / PLAN_FILE).exists() or not folder.exists():
        return
    if not folder.is_dir():
        raise CompanyError(f"{folder} is no folder")
    found = {path.name for path in folder.iterdir()}
    if found - _BUILT or ("days" in found and "truth" not in found):
        raise CompanyError(f"{folder} holds files of something else: choose an empty folder")


def read_plan(out_dir: Path | str) -> dict[str, object]:
    """Return the plan that a folder was built by; raises `CompanyError` when it was not."""
    path = Path(out_dir) / PLAN_FILE
    if not path.exists():
        raise CompanyError(f"no simulated company in {out_dir}: run `voc simulate` first")
    plan: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return plan


def reveal(out_dir: Path | str, through: datetime | date, crm_url: str | None) -> Revealed:
    """Advance the company's clock: sources show all that changed up to `through`.

    A date means its last second. Rows go into the CRM database, if there is one, call files into
    `calls/`, and the web API follows the clock by itself. Running it again changes nothing; the
    clock cannot go back (raises `CompanyError`), since a real source cannot unsay what it has said.
    """
    folder = Path(out_dir)
    plan = read_plan(folder)
    now = clock.end_of(through)
    before = clock.read_clock(folder)
    if before is not None and now < before:
        raise CompanyError(f"the company's clock stands at {before}: it cannot go back to {now}")
    fingerprint = json.dumps(plan, sort_keys=True)
    rows = crm_database.load(folder, now, crm_url, fingerprint) if crm_url else {}
    # without its folder, say after a clean-up, the export is written anew from the first day
    known = before if (folder / call_files.FOLDER).is_dir() else None
    files = call_files.write(folder, now, known)
    clock.set_clock(folder, now)
    return Revealed(now, rows, files)
