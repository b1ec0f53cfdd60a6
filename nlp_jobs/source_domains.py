"""What the sources of the warehouse write about: `config/source_domains.yml`, a reviewed file.

The file is part of the pipeline's version, so that a text has one label whatever night it comes
and however much of its source came before. `nlp_jobs.warehouse_domains` makes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, PositiveFloat, ValidationError

from nlp_jobs.domain_shares import Shares


class Source(NamedTuple):
    """Where texts come from, and in which language: each pipeline has domains of its own."""

    source_slug: str
    language: str


KnownShares = Mapping[Source, Shares]
FILE_NAME = "source_domains.yml"  # in the folder of the configuration


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    sources: dict[str, dict[Literal["zh", "en"], dict[str, PositiveFloat]]]


def read_shares(config_dir: Path) -> dict[Source, Shares]:
    """The shares that the configuration names, none without the file.

    A file of another shape is a `ValueError` that names it.
    """
    path = config_dir / FILE_NAME
    if not path.is_file():
        return {}
    try:
        read = _File.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except (yaml.YAMLError, ValidationError) as error:
        raise ValueError(f"{path}: {error}") from error
    return {
        Source(slug, language): shares
        for slug, by_language in read.sources.items()
        for language, shares in by_language.items()
    }


def format_shares(shares: KnownShares) -> str:
    """The shares as the file has them, without its head."""
    sources: dict[str, dict[str, Shares]] = {}
    for source, found in sorted(shares.items()):
        rounded = {domain: round(share, 4) for domain, share in found.items()}
        sources.setdefault(source.source_slug, {})[source.language] = rounded
    return yaml.safe_dump({"sources": sources}, sort_keys=False, allow_unicode=True)


def write_shares(shares: KnownShares, config_dir: Path) -> Path:
    """Replace the shares in the configuration, keep the comments above them; return the path."""
    path = config_dir / FILE_NAME
    head = []
    if path.is_file():
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        head = [line for line in lines if line.startswith("#")]
    path.write_text("".join(head) + format_shares(shares), encoding="utf-8")
    return path
