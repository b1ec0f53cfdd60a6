"""`voc identity run | explain | exceptions`: which customer records are one person."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from warehouse.cli.database import open_settings
from warehouse.cli.steps import Steps, console, errors

identity = typer.Typer(
    help="One person across systems: run, explain, exceptions.", no_args_is_help=True
)


@identity.command()
def run(
    force: Annotated[
        bool, typer.Option("--force", help="Resolve anew although nothing has changed.")
    ] = False,
) -> None:
    """Find the records that are one person; core shows the result after its next build.

    Examples:

      voc identity run

      voc identity run --force
    """
    from identity import resolve

    settings = open_settings()
    steps = Steps()
    with steps.step("resolve customers to persons"):
        report = resolve.run(settings, is_forced=force)
    joined = ", ".join(f"{count:,} {kind}" for kind, count in report.link_counts.items())
    state = "" if report.was_needed else " Nothing has changed since the last run."
    console.print(
        f"{report.record_count:,} records are {report.person_count:,} persons "
        f"(joined: {joined or 'none'}).{state}"
    )
    if report.unknown_ids:
        errors.print(
            f"{len(report.unknown_ids)} ids of the exception file are unknown: "
            "`voc identity exceptions` lists them."
        )


@identity.command()
def explain(
    customer: Annotated[str, typer.Argument(help="A customer id of the CRM.")],
) -> None:
    """Show the records of a customer's person, and what agrees between them. No names.

    Examples:

      voc identity explain C00000017
    """
    from identity.inspection import explain as explain_customer

    found = explain_customer(open_settings(), customer)
    members = Table("record", "joined", "probability", title=f"person {found.person_id}")
    for member in found.members:
        members.add_row(member.customer_id, member.match_kind, f"{member.match_probability:.3f}")
    console.print(members)
    if not found.candidates:
        console.print("No other record comes near.")
        return
    pairs = Table("pair", "link", "probability", "joins", "what agrees")
    for one in found.candidates:
        agreeing = ", ".join(f"{name}: {grade}" for name, grade in one.evidence.items())
        pairs.add_row(
            f"{one.left_id} · {one.right_id}",
            one.link_kind,
            f"{one.match_probability:.3f}",
            "yes" if one.is_joining else "no",
            agreeing,
        )
    console.print(pairs)


@identity.command()
def exceptions() -> None:
    """Check config/identity_exceptions.yml; exit code 1 when an id of it is unknown.

    Examples:

      voc identity exceptions
    """
    from identity.exceptions import read_exceptions
    from identity.resolve import ROLE, exceptions_path
    from warehouse.postgres import connect

    settings = open_settings()
    path = exceptions_path(settings)
    found = read_exceptions(path)
    with connect(ROLE, settings) as connection:
        known = {
            name for (name,) in connection.execute("select customer_id from raw_crm.customers")
        }
    console.print(
        f"{path.name}: {len(found.never_same)} pairs never the same, "
        f"{len(found.always_same)} always."
    )
    unknown = found.unknown_ids(known)
    if unknown:
        errors.print(f"No customer has these ids: {', '.join(unknown)}. Correct or remove them.")
        raise typer.Exit(1)
