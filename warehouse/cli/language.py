"""`voc annotate | taxonomy`: labelling files, and looking after the industry packs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from warehouse.cli.steps import Steps, console, errors
from warehouse.settings import load_settings

taxonomy = typer.Typer(help="Industry packs: check, preview, seeds.", no_args_is_help=True)
PackOption = Annotated[str, typer.Option(help="The industry pack.")]


def annotate(
    file: Annotated[
        str, typer.Argument(help="CSV, JSON lines or Parquet; - for JSON lines on stdin.")
    ],
    text_column: Annotated[str, typer.Option(help="The column that holds the text.")] = "text",
    id_column: Annotated[str | None, typer.Option(help="The column that names the row.")] = None,
    pack: PackOption = "retail",
    router: Annotated[
        str | None, typer.Option(help="Route each text too: car_complaints_zh, nhs_topics_en, ...")
    ] = None,
    term_column: Annotated[
        str | None,
        typer.Option(help="The column that names what is asked about: 电池, service."),
    ] = None,
    said_column: Annotated[
        str | None, typer.Option(help="The column with the words said of the term, where marked.")
    ] = None,
    out: Annotated[str, typer.Option(help="JSON lines, one per row; - for stdout.")] = "-",
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Processes that share a long file.", show_default="one per core"),
    ] = None,
    learn_domain: Annotated[
        bool,
        typer.Option(help="Learn first what the file is about; not from standard input."),
    ] = True,
) -> None:
    """Label a file without the warehouse: one JSON line per row, document and opinion units.

    A row that cannot be labelled stays in the output with an `error`. VOC_POLARITY_MODEL and
    VOC_ASPECTS_MODEL put transformers models in the place of the trained heads.

    Examples:

      voc annotate reviews.csv --text-column comment --id-column review_id --out labels.jsonl

      head reviews.jsonl | voc annotate - | jq .units

      voc annotate complaints.csv --pack automotive --router car_complaints_zh --out labels.jsonl

      voc annotate marked.csv --term-column feature --out opinions.jsonl
    """
    from nlp_jobs.annotate_file import annotate_file
    from nlp_jobs.pipelines import BackEnds
    from nlp_jobs.routing_heads import list_routers

    if said_column is not None and term_column is None:
        raise typer.BadParameter("--said-column needs --term-column: words said of what?")
    if router is not None and router not in list_routers():
        raise typer.BadParameter(f"no router {router!r}; there are: {', '.join(list_routers())}")

    label = partial(
        annotate_file,
        file,
        out,
        text_column,
        id_column,
        pack,
        router=router,
        back_ends=BackEnds.of(load_settings()),
        workers=workers or os.cpu_count() or 1,
        term_column=term_column,
        said_column=said_column,
        learns_domain=learn_domain,
    )
    if out == "-":
        counts = label()
    else:
        with Steps().step(f"label {file}") as step:
            counts = label(progress=step.update)
    errors.print(f"{counts['rows']:,} rows labelled, {counts['errors']:,} of them with an error")


@taxonomy.command()
def check(pack: Annotated[str | None, typer.Argument(help="A pack; all.")] = None) -> None:
    """Find gaps, overlaps and unused entries in a pack; exit code 1 when there is an error."""
    from nlp_jobs.pack_review import check as find_problems
    from nlp_jobs.taxonomy import list_packs

    config_dir = load_settings().config_dir
    problems = [
        (name, problem)
        for name in ([pack] if pack else list_packs(config_dir))
        for problem in find_problems(name, config_dir)
    ]
    for name, problem in problems:
        console.print(f"{name}: {problem.level}: {problem.place}: {problem.message}", markup=False)
    console.print(f"{len(problems)} findings")
    if any(problem.level == "error" for _, problem in problems):
        raise typer.Exit(1)


@taxonomy.command()
def preview(
    file: Annotated[Path, typer.Argument(help="A text file, one text per line.")],
    pack: PackOption = "retail",
) -> None:
    """Show what a pack would label, unit by unit.

    Examples:

      voc taxonomy preview texts.txt --pack retail
    """
    from nlp_jobs.pack_review import preview as label

    def lines() -> Iterator[str]:
        with file.open(encoding="utf-8") as texts:
            yield from (line.strip() for line in texts if line.strip())

    shown = ("touchpoint_slug", "department_slug", "topic_slug", "sentiment_label", "intent_slug")
    for document, units in label(pack, lines(), load_settings().config_dir):
        console.print(f"[bold]{document['sentiment_label'] or '-'}[/bold]", document["language"])
        for unit in units:
            labels = {name: unit[name] for name in shown if unit[name]}
            console.print(
                f"  {unit['redacted_text']}  {json.dumps(labels, ensure_ascii=False)}", markup=False
            )


@taxonomy.command()
def domains(
    write: Annotated[bool, typer.Option(help="Write config/source_domains.yml.")] = False,
) -> None:
    """Estimate what each source of the warehouse writes about, without labels, and print it.

    What config/source_domains.yml says helps to read short texts. A changed file is a new pipeline
    version: the next night labels everything anew.

    Examples:

      voc taxonomy domains

      voc taxonomy domains --write
    """
    from nlp_jobs.annotate import Annotator
    from nlp_jobs.source_domains import format_shares, write_shares
    from nlp_jobs.warehouse_domains import estimate_sources
    from warehouse.postgres import connect

    settings = load_settings()
    with connect("voc_nlp", settings) as connection:
        found = estimate_sources(connection, Annotator(settings.pack, (), settings.config_dir))
    console.print(format_shares(found), markup=False, soft_wrap=True)
    if write:
        path = write_shares(found, settings.config_dir)
        errors.print(f"{path} written: the next night labels everything anew")


@taxonomy.command()
def seeds() -> None:
    """Write the vocabularies and events of config/ and the calendar of workdays as dbt seeds."""
    from nlp_jobs.seeds import write_seeds
    from warehouse.calendar_seed import FIRST_YEAR, LAST_YEAR, write_calendar_seed
    from warehouse.event_seed import write_event_seed

    settings = load_settings()
    folder = settings.root / "dbt_project" / "seeds"
    calendar = folder / "calendar.csv"
    events = folder / "events.csv"
    write_calendar_seed(calendar, FIRST_YEAR, LAST_YEAR)
    write_event_seed(settings.config_dir / "events.yml", events)
    for path in [*write_seeds(settings.config_dir, folder), calendar, events]:
        console.print(str(path.relative_to(settings.root)))
