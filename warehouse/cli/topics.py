"""`voc topics find | list | show`: subjects that no topic fits, and how to adopt one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer
import yaml
from rich.table import Table

from warehouse.cli.database import open_settings
from warehouse.cli.steps import Steps, console, errors
from warehouse.postgres import connect

topics = typer.Typer(
    help="Emerging topics: find, list, show for adoption into the pack.", no_args_is_help=True
)
CANDIDATES = """
    select week, candidate_id, kind, terms, voter_count, unit_count, rise, rise_low, rise_high,
        examples
    from stats.emerging_topic
"""


@topics.command()
def find(
    week: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Monday of the week; the newest complete one."),
    ] = None,
) -> None:
    """Look for emerging topics in one week; the marts show them from the next publication on.

    Examples:

      voc topics find

      voc topics find --week 2026-11-09
    """
    from stat_jobs import emerging_topics

    settings = open_settings()
    steps = Steps()
    with steps.step("emerging topics"):
        counts = emerging_topics.run(settings, week.date() if week else None)
    console.print(
        f"{counts['units']:,} units fit no topic: {counts['rising']} rising and "
        f"{counts['standing']} standing candidates. `voc topics list` shows them."
    )


@topics.command("list")
def list_candidates(
    all_weeks: Annotated[bool, typer.Option("--all", help="Every week, not the newest.")] = False,
) -> None:
    """List the candidates of the newest week that was looked at.

    Examples:

      voc topics list

      voc topics list --all
    """
    newest = "" if all_weeks else " where week = (select max(week) from stats.emerging_topic_week)"
    with connect("voc_stats", open_settings()) as connection:
        rows = connection.execute(
            CANDIDATES + newest + " order by week desc, kind, voter_count desc"  # type: ignore[operator]
        ).fetchall()
    if not rows:
        console.print("No candidates. `voc topics find` looks for them.")
        return
    table = Table("week", "candidate", "kind", "terms", "voters", "rise (95 %)")
    for found_week, name, kind, terms, voters, _, rise, low, high, _ in rows:
        ratio = "new" if rise is None and low is not None else "-"
        if rise is not None:
            ratio = f"{rise:.1f} ({low:.1f} to {high:.1f})" if high else f"{rise:.1f}"
        table.add_row(str(found_week), name, kind, " · ".join(terms), f"{voters:,}", ratio)
    console.print(table)


@topics.command()
def show(
    candidate: Annotated[str, typer.Argument(help="A candidate's id, as `voc topics list` shows.")],
) -> None:
    """Show one candidate with its quotes, and the lines that adopt it into a pack.

    Examples:

      voc topics show 2026-w46-3f9a1c
    """
    with connect("voc_stats", open_settings()) as connection:
        rows = connection.execute(
            CANDIDATES + " where candidate_id = %s order by week desc",  # type: ignore[operator]
            (candidate,),
        ).fetchall()
    if not rows:
        errors.print(f"No candidate {candidate}. `voc topics list --all` names them.")
        raise typer.Exit(1)
    week, name, kind, terms, voters, units, *_, examples = rows[0]
    console.print(
        f"[bold]{name}[/bold]  {kind}, week of {week}: {voters:,} voters, {units:,} opinion units; "
        f"seen in {len(rows)} weeks"
    )
    for example in examples:
        console.print(f"  {example}", markup=False)
    console.print(
        "\nTo adopt it, paste this under the level-2 topic where it belongs in "
        "config/taxonomies/<pack>.yml, name it, and drop cues that say too much. "
        "`voc taxonomy check` tests the pack, `voc run --skip-sources` labels anew.\n"
    )
    console.print(adoption_lines(terms), markup=False)


def adoption_lines(terms: list[str]) -> str:
    """Return the YAML of a topic with the candidate's terms as cues, by script of each term."""
    cues: dict[str, list[str]] = {}
    for term in terms:
        cues.setdefault("en" if term.isascii() else "zh", []).append(term)
    name = " ".join(terms[:2])
    topic = {
        "slug": "name_it",
        "name": {"zh": name, "en": name},
        "touchpoint": "choose_one",
        "cues": cues,
    }
    return yaml.safe_dump([topic], allow_unicode=True, sort_keys=False, default_flow_style=None)
