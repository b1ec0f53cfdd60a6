"""What a source writes about, learnt from its texts without labels.

A short text seldom says whether it is about a meal or a phone, but the texts beside it do: who
sends reviews of meals sends little else. What the sentiment head says of the domain of each text
is joined to the shares of domains in the whole source by expectation maximisation (Saerens,
Latinne and Decaestecker 2002, "Adjusting the outputs of a classifier to new a priori
probabilities", Neural Computation 14); the shares then help to read each text. Those of the
warehouse stand in `config/source_domains.yml`, which is read and written here.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, PositiveFloat, ValidationError

Floats = NDArray[np.float64]
Shares = dict[str, float]  # of domains; they add up to 1
SAMPLE = 2000  # texts of a source that are enough to know its shares
LEAST_TEXTS = 50  # fewer texts say nothing of their source
USUAL_TEXTS = 20  # of a usual mix, beside those of the source: few texts move little
ROUNDS = 100


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


def estimate_shares(membership: Floats, usual: Floats) -> Floats:
    """The shares of the domains (d,) in texts whose membership (n, d) a head has read.

    `usual` (d,): the shares that the head learned from, which its membership takes for granted.
    Without any text the shares are the usual ones.
    """
    shares = usual.copy()
    for _ in range(ROUNDS):
        weighed = membership * (shares / usual)
        weighed /= weighed.sum(axis=1, keepdims=True)
        shares = (weighed.sum(axis=0) + USUAL_TEXTS * usual) / (len(membership) + USUAL_TEXTS)
    return shares


def shift_of(shares: Floats, usual: Floats) -> Floats:
    """What the shares of a source add to the log-odds of each domain of its texts."""
    shift: Floats = np.log(shares / usual)
    return shift
