"""`voc taxonomy`: looking after the industry packs."""

from __future__ import annotations

from typing import Annotated

import typer

from warehouse.cli.steps import console
from warehouse.settings import load_settings

taxonomy = typer.Typer(help="Industry packs: check, seeds.", no_args_is_help=True)


@taxonomy.command()
def check(pack: Annotated[str | None, typer.Argument(help="A pack; all.")] = None) -> None:
    """Find gaps, overlaps and unused entries in a pack; exit code 1 when there are any."""
    from nlp_jobs.taxonomy import check as find_problems
    from nlp_jobs.taxonomy import load_pack

    folder = load_settings().config_dir / "taxonomies"
    problems = []
    for name in [pack] if pack else sorted(path.stem for path in folder.glob("*.yml")):
        problems += [f"{name}: {problem}" for problem in find_problems(load_pack(name))]
    for problem in problems:
        console.print(problem)
    console.print(f"{len(problems)} problems")
    if problems:
        raise typer.Exit(1)


@taxonomy.command()
def seeds() -> None:
    """Write the vocabularies of config/ as dbt seeds."""
    from nlp_jobs.seeds import write_seeds

    settings = load_settings()
    for path in write_seeds(settings.config_dir, settings.root / "dbt_project" / "seeds"):
        console.print(str(path.relative_to(settings.root)))
