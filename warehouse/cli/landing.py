"""`voc ingest | import | mappings | quarantine`: getting records in, and what did not fit."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer
from rich.table import Table

from warehouse.cli.database import open_settings
from warehouse.cli.nightly import newest_night, run_nightly
from warehouse.cli.steps import Steps, console
from warehouse.settings import load_settings

if TYPE_CHECKING:
    from ingestion.files import ImportReport

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
    from ingestion.registry import list_sources, load_source

    settings = open_settings()
    ensure_tables(settings)
    steps = Steps()
    zone = ZoneInfo(settings.time_zone)
    window = [
        moment.replace(tzinfo=moment.tzinfo or zone) if moment else None
        for moment in (since, until)
    ]
    for name in [source] if source else list_sources(settings):
        with steps.step(f"ingest {name}") as step:
            report = load_source(
                settings, name, since=window[0], until=window[1], full=full, progress=step.count
            )
        for entity in report.entities:
            console.print(
                f"    {entity.entity}: read {entity.rows_read:,} = landed {entity.rows_landed:,} "
                f"+ quarantined {entity.rows_quarantined:,} {_reasons(entity.quarantine_reasons)}"
            )
            if entity.rows_deleted:
                console.print(f"        gone from the source, marked: {entity.rows_deleted:,}")
            if entity.new_columns:
                console.print(
                    f"        new columns, kept in _extra: {', '.join(entity.new_columns)}",
                    markup=False,
                )


def _reasons(counts: dict[str, int]) -> str:
    listed = ", ".join(f"{reason} {count:,}" for reason, count in sorted(counts.items()))
    return f"({listed})" if listed else ""


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

    settings = load_settings() if dry_run else open_settings()
    if not dry_run:
        ensure_tables(settings)
    steps = Steps()
    with steps.step(f"{'check' if dry_run else 'import'} {file.name}") as step:
        report = load(file, mapping, settings=settings, dry_run=dry_run, progress=step.count)
    show_import(report)
    if dry_run:
        console.print("Nothing was landed (dry run).")
    elif refresh:
        night = newest_night(settings)
        run_nightly(settings, f"import__{night}", night, steps, with_sources=False)
        steps.show()
    else:
        console.print(
            "Next: `voc run --skip-sources` builds the dashboards' tables from it "
            "(or wait for tonight's run)."
        )


def show_import(report: ImportReport) -> None:
    """Print what an import did: the equation, the reasons, the columns nobody asked for."""
    console.print(
        f"{report.file_name} -> {report.source_slug}: read {report.rows_read:,} rows = "
        f"landed {report.rows_landed:,} + quarantined {report.rows_quarantined:,} "
        f"{_reasons(report.quarantine_reasons)}"
    )
    console.print(
        f"    {report.records:,} pieces of feedback; "
        f"{report.rows_unchanged:,} rows were there already"
    )
    if report.unknown_columns:
        console.print(f"    columns kept as metadata only: {', '.join(report.unknown_columns)}")
    for number, sample in enumerate(report.samples, 1):
        fields = ", ".join(f"{field}: {kind}" for field, kind in sample.items())
        console.print(f"    sample {number}: {fields}", markup=False)


def mappings() -> None:
    """List the mappings that ship with the project."""
    from ingestion.mappings import list_mappings, load_mapping

    settings = load_settings()
    table = Table("name", "for", box=None)
    for name in list_mappings(settings.config_dir):
        description = load_mapping(settings, name).description
        table.add_row(name, f"{description.zh}\n{description.en}")
    console.print(table)


@quarantine.command("list")
def list_quarantine(
    source: Annotated[str | None, typer.Option(help="Only this source.")] = None,
    status: Annotated[str, typer.Option(help="open, replayed or dropped.")] = "open",
    limit: Annotated[int, typer.Option(min=1)] = 50,
) -> None:
    """List rejected records with their reasons, newest first."""
    from ingestion.quarantine import list_entries

    table = Table("id", "source", "entity", "native id", "reason", "field", "when", box=None)
    for entry in list_entries(open_settings(), source=source, status=status, limit=limit):
        table.add_row(
            str(entry.quarantine_id),
            entry.source_slug,
            entry.entity,
            entry.native_id or "",
            entry.reason,
            entry.field or "",
            f"{entry.quarantined_at:%Y-%m-%d %H:%M}",
        )
    console.print(table if table.row_count else f"No {status} records in quarantine.")


@quarantine.command("show")
def show_quarantine(quarantine_id: int) -> None:
    """Show one rejected record whole. It holds personal data as it came: mind who looks."""
    from ingestion.quarantine import show_entry

    entry = show_entry(open_settings(), quarantine_id)
    console.print(f"{entry.source_slug}.{entry.entity} {entry.native_id}: {entry.reason}")
    console.print(f"load {entry.load_id}, {entry.quarantined_at}, {entry.status}")
    console.print_json(entry.raw_payload, ensure_ascii=False)


@quarantine.command("replay")
def replay_quarantine(
    quarantine_ids: Annotated[list[int] | None, typer.Argument(help="Records; all.")] = None,
    source: Annotated[str | None, typer.Option(help="Only this source.")] = None,
) -> None:
    """Try rejected records again, after a fix; those that fit now are landed."""
    from ingestion.quarantine import replay_entries

    report = replay_entries(open_settings(), quarantine_ids=quarantine_ids, source=source)
    console.print(f"landed {report.replayed:,}, still open {len(report.still_open):,}")
    for quarantine_id, reason in list(report.still_open.items())[:20]:
        console.print(f"    {quarantine_id}: {reason}")


@quarantine.command("drop")
def drop_quarantine(quarantine_ids: list[int]) -> None:
    """Mark rejected records as not wanted; they stay on record but are not tried again."""
    from ingestion.quarantine import drop_entries

    console.print(f"Dropped {drop_entries(open_settings(), quarantine_ids):,}.")
