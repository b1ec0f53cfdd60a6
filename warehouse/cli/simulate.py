"""`voc simulate`: the simulated company by itself: its records, its truth, its source systems."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from warehouse.cli.steps import Steps, console

if TYPE_CHECKING:
    from simulator.plan import Plan

DAY = ["%Y-%m-%d"]


def simulate(
    out: Annotated[Path, typer.Option(help="Folder for the company: empty, or one of its own.")],
    feedback: Annotated[int, typer.Option(min=200, help="How much feedback.")] = 20000,
    years: Annotated[int, typer.Option(min=1, max=10, help="Over how many years.")] = 3,
    seed: Annotated[int, typer.Option(help="The same seed gives the same company.")] = 20,
    end: Annotated[
        datetime | None, typer.Option(formats=DAY, help="Last day of feedback; yesterday.")
    ] = None,
    through: Annotated[
        datetime | None,
        typer.Option(formats=DAY, help="Day up to which the sources show records; the last one."),
    ] = None,
    crm_url: Annotated[
        str | None, typer.Option(help="PostgreSQL database to fill as the company's CRM.")
    ] = None,
    serve: Annotated[
        bool, typer.Option("--serve", help="Serve its web API until stopped.")
    ] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 0,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace another company in the folder.")
    ] = False,
) -> None:
    """Build a simulated company with known truth, and open its source systems.

    The folder gets the records day by day (days/), the call centre's export (calls/) and the
    answers (truth/), which no warehouse may load. Run it again with a later --through and the
    sources show the days in between.

    Examples:

      voc simulate --out company                       20,000 feedback, 3 years

      voc simulate --out company --feedback 1000000    a large one

      voc simulate --out company --through 2026-10-31  later days to come

      voc simulate --out company --serve --port 8099   its web API

      voc simulate --out company --crm-url postgresql://owner@localhost/crm
    """
    from simulator import company
    from simulator import serve as web

    steps = Steps()
    plan = _make_plan(out, feedback, years, seed, end.date() if end else None)
    with steps.step(f"simulate {plan.feedback:,} pieces of feedback") as step:
        company.build(plan, out, progress=step.update, replace=replace)
    with steps.step("open the source systems"):
        shown = company.reveal(out, through.date() if through else plan.end, crm_url)
    console.print(f"{out}: {plan.start} to {plan.end}, shown up to {shown.now:%Y-%m-%d %H:%M}")
    console.print(f"  call files  {out / 'calls'}")
    console.print(f"  truth       {out / 'truth'}")
    if crm_url is not None:
        console.print(f"  CRM         {sum(shown.crm_rows.values()):,} rows written")
    if serve:
        token_file = out / "web_source_token"
        web.ensure_token(token_file)
        console.print(f"  web API     bearer token in {token_file}; Ctrl+C stops it")
        web.serve(out, port, token_file)


def _make_plan(out: Path, feedback: int, years: int, seed: int, end: date | None) -> Plan:
    """Return the plan; without an end, that of the same company if the folder holds it."""
    from simulator import company

    asked = {"feedback": feedback, "years": years, "seed": seed}
    if end is None and (out / company.PLAN_FILE).exists():
        known = company.read_plan(out)
        if {name: known[name] for name in asked} == asked:
            end = date.fromisoformat(str(known["end"]))
    if end is None:
        return company.Plan(feedback=feedback, years=years, seed=seed)
    return company.Plan(feedback=feedback, years=years, seed=seed, end=end)
