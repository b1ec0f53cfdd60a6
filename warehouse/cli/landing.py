"""`voc ingest | import | mappings | quarantine`: getting records in, and what did not fit."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from warehouse.cli.nightly import newest_night, run_nightly
from warehouse.cli.steps import Steps, console
from warehouse.settings import load_settings

quarantine = typer.Typer(help="Rejected records: list, show, replay, drop.", no_args_is_help=True)
Moment = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S%z"], help="Half-open.")
]


def ingest(
    source: Annotated[
        str | None, typer.Argument(help="A source of config/sources.yml; all.")
    ] = None,
    since: Moment = None,
    until: Moment = None,
    full: Annotated[
        bool, typer.Option("--full", help="Everything, not from the watermark.")
    ] = False,
) -> None:
    """Land what is new in the sources.

    Examples:

      voc ingest

      voc ingest reviews --since 2026-11-01

      voc ingest crm --full
    """
    from ingestion.landing import ensure_tables
    from ingestion.registry import enabled_sources, load_source

    settings = load_settings()
    ensure_tables(settings)
    steps = Steps()
    for name in [source] if source else enabled_sources(settings):
        with steps.step(f"ingest {name}") as step:
            report = load_source(
                name, settings, since=since, until=until, full=full, progress=step.update
            )
        console.print(
            f"    read {report.rows_read:,} = landed {report.rows_landed:,} "
            f"+ quarantined {report.rows_quarantined:,}"
        )


def import_file(
    file: Annotated[Path, typer.Argument(help="CSV, TSV, Excel, Parquet or JSON lines; .gz too.")],
    mapping: Annotated[str, typer.Option(help="A mapping's name (voc mappings) or its file.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check and show; land nothing.")
    ] = False,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Then rebuild and publish the marts.")
    ] = False,
) -> None:
    """Load a file of your own into the landing zone, through the same contract and gates.

    Examples:

      voc import reviews.csv --mapping appstore_reviews --dry-run

      voc import survey.xlsx --mapping my_survey.yml --refresh
    """
    from ingestion.files import import_file as load
    from ingestion.landing import ensure_tables

    settings = load_settings()
    if not dry_run:
        ensure_tables(settings)
    steps = Steps()
    with steps.step(f"import {file.name}") as step:
        report = load(file, mapping, dry_run=dry_run, progress=step.update)
    console.print(report.render())
    if dry_run:
        return
    if refresh:
        night = newest_night(settings)
        run_nightly(settings, f"import__{night}", night, steps, with_sources=False)
        steps.show()
    else:
        console.print(
            "Next: `voc run --skip-sources` builds the dashboards' tables from it "
            "(or wait for tonight's run)."
        )


def mappings() -> None:
    """List the mappings that ship with the project."""
    from ingestion.mappings import load_mapping

    table = Table("name", "for", "file", box=None)
    for path in sorted((load_settings().config_dir / "mappings").glob("*.yml")):
        mapping = load_mapping(path)
        table.add_row(path.stem, mapping.description, str(path))
    console.print(table)


@quarantine.command("list")
def list_quarantine(
    source: Annotated[str | None, typer.Option(help="Only this source.")] = None,
    limit: Annotated[int, typer.Option(min=1)] = 50,
) -> None:
    """List rejected records with their reasons, newest first."""
    from ingestion.quarantine import list_records

    table = Table("id", "source", "entity", "native id", "reason", "field", "when", box=None)
    for record in list_records(load_settings(), source=source, limit=limit):
        table.add_row(
            str(record.quarantine_id),
            record.source_slug,
            record.entity,
            record.native_id or "",
            record.reason,
            record.field or "",
            f"{record.quarantined_at:%Y-%m-%d %H:%M}",
        )
    console.print(table if table.row_count else "The quarantine is empty.")


@quarantine.command("show")
def show_quarantine(quarantine_id: int) -> None:
    """Show one rejected record whole. It holds personal data as it came: mind who looks."""
    from ingestion.quarantine import get_record

    record = get_record(load_settings(), quarantine_id)
    console.print(f"{record.source_slug}.{record.entity} {record.native_id}: {record.reason}")
    console.print(f"load {record.load_id}, {record.quarantined_at}, {record.status}")
    try:
        console.print_json(json.dumps(json.loads(record.raw_payload), ensure_ascii=False))
    except json.JSONDecodeError:
        console.print(record.raw_payload, markup=False)


@quarantine.command("replay")
def replay_quarantine(
    source: Annotated[str | None, typer.Option(help="Only this source; all.")] = None,
) -> None:
    """Try rejected records again, after a fix; those that fit now are landed."""
    from ingestion.quarantine import replay

    report = replay(load_settings(), source=source)
    console.print(f"tried {report.tried:,}: landed {report.landed:,}, still open {report.open:,}")


@quarantine.command("drop")
def drop_quarantine(quarantine_id: int) -> None:
    """Mark a rejected record as not wanted; it stays on record but is not tried again."""
    from ingestion.quarantine import drop

    drop(load_settings(), quarantine_id)
    console.print(f"Dropped {quarantine_id}.")
