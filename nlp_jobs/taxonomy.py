"""Industry packs and label vocabularies: their shape, and how to load them.

A pack is one YAML file in `config/taxonomies/`; `labels.yml`, `channels.yml` and
`departments.yml` hold what all packs share. A wrong file raises `TaxonomyError` with the file
and the place; what loads but looks doubtful is found by `pack_review.check`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Annotated, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

DEFAULT_CONFIG_DIR = Path(__file__).resolve().parents[1] / "config"
SLUG_PATTERN = r"^[a-z][a-z0-9_]*$"
Model = TypeVar("Model", bound=BaseModel)


class TaxonomyError(ValueError):
    """A taxonomy or vocabulary file is missing or does not have the shape described here."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Name(_Entry):
    """A name in both languages, Chinese first."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Cues(_Entry):
    """Words of one language that point to an entry, by strength; see the head of retail.yml."""

    strong: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    except_: tuple[str, ...] = Field(default=(), alias="except")

    def all(self) -> Iterator[tuple[str, str]]:
        """Yield (strength, cue) for each cue that counts; exceptions are left out."""
        for strength in ("strong", "plain", "weak"):
            for cue in getattr(self, strength):
                yield strength, cue


class Value(_Entry):
    """One member of a closed vocabulary."""

    slug: str = Field(pattern=SLUG_PATTERN)
    name: Name


def _read_bare_lists_as_plain(cues: object) -> object:
    if not isinstance(cues, dict):
        return cues
    return {
        language: {"plain": words} if isinstance(words, list) else words
        for language, words in cues.items()
    }


# By language; `zh: [a, b]` stands for `zh: {plain: [a, b]}`.
LanguageCues = Annotated[dict[str, Cues], BeforeValidator(_read_bare_lists_as_plain)]


class CuedValue(Value):
    """A vocabulary member that is recognised by words, per language."""

    cues: LanguageCues = {}


class Channel(Value):
    """A way in which feedback reaches the company."""

    is_solicited_default: bool


class Touchpoint(CuedValue):
    """A moment of the journey; `department` owns it, `need` is what customers want there."""

    department: str
    need: str | None = None
    cause: str | None = None


class Stage(Value):
    """A stage of the journey with its touchpoints in order."""

    touchpoints: tuple[Touchpoint, ...] = Field(min_length=1)


class Topic(CuedValue):
    """A leaf topic. `touchpoint` is where it happens; null for topics of the whole brand.

    `examples`, by language, are sentences that must come out with this topic.
    """

    touchpoint: str | None = None
    department: str | None = None
    need: str | None = None
    cause: str | None = None
    examples: dict[str, tuple[str, ...]] = {}


class TopicGroup(Value):
    """The second topic level."""

    topics: tuple[Topic, ...] = Field(min_length=1)


class TopicArea(Value):
    """The first topic level."""

    groups: tuple[TopicGroup, ...] = Field(min_length=1)


class PromiseOwner(_Entry):
    """Where promises are made in this industry, for promises that name nobody.

    `sellers` are further departments whose people sell: what these promise is promised by
    `department`, too.
    """

    touchpoint: str
    department: str
    sellers: tuple[str, ...] = ()


class AspectHeads(_Entry):
    """Trained heads that find topics where no cue does; see `nlp_jobs.aspects`.

    `reader` names the aspect reader, `topics` gives the topic that each of its labels stands for.
    Below `least_confidence` a head says nothing.
    """

    reader: str
    least_confidence: float = Field(default=0.6, ge=0, le=1)
    topics: dict[str, str]


class Pack(Value):
    """An industry pack: journey, topics, competitors and what adds to the shared signals.

    `signals` maps a vocabulary of labels.yml, or a role such as `promise` or `breach`, to slugs to
    cues: words of this industry that add to those of the language (its own safety hazards).
    `heads` holds the trained heads of a language, by language; `topic_heads` names the weights of
    the head that knows all topics of the pack, see `nlp_jobs.components.topics`.
    """

    version: int = Field(ge=1)
    promises: PromiseOwner
    stages: tuple[Stage, ...] = Field(min_length=1)
    topics: tuple[TopicArea, ...] = Field(min_length=1)
    competitors: tuple[CuedValue, ...] = ()
    signals: dict[str, dict[str, LanguageCues]] = {}
    heads: dict[str, AspectHeads] = {}
    topic_heads: dict[str, str] = {}

    def iter_touchpoints(self) -> Iterator[tuple[Stage, Touchpoint]]:
        """Yield (stage, touchpoint) in journey order."""
        for stage in self.stages:
            for touchpoint in stage.touchpoints:
                yield stage, touchpoint

    def iter_topics(self) -> Iterator[tuple[TopicArea, TopicGroup, Topic]]:
        """Yield (level 1, level 2, leaf) in file order."""
        for area in self.topics:
            for group in area.groups:
                for topic in group.topics:
                    yield area, group, topic

    def owners(self) -> frozenset[str]:
        """The departments that own a touchpoint or a topic of this industry."""
        touchpoints = (touchpoint.department for _, touchpoint in self.iter_touchpoints())
        topics = (topic.department for *_, topic in self.iter_topics() if topic.department)
        return frozenset((*touchpoints, *topics))


class Labels(_Entry):
    """The closed vocabularies of the label columns, by vocabulary name."""

    version: int
    vocabularies: dict[str, tuple[Value, ...]]

    def slugs(self, vocabulary: str) -> frozenset[str]:
        """The slugs of one vocabulary; an unknown name is a `KeyError`."""
        return frozenset(value.slug for value in self.vocabularies[vocabulary])


class Channels(_Entry):
    """All channels in display order."""

    version: int
    channels: tuple[Channel, ...] = Field(min_length=1)


class Departments(_Entry):
    """All departments in display order."""

    version: int
    departments: tuple[CuedValue, ...] = Field(min_length=1)


def _read(path: Path, model: type[Model]) -> Model:
    try:
        return model.model_validate(
            yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        )
    except FileNotFoundError as error:
        raise TaxonomyError(f"{path} does not exist") from error
    except (yaml.YAMLError, ValidationError) as error:
        raise TaxonomyError(f"{path}: {error}") from error


def load_labels(config_dir: Path = DEFAULT_CONFIG_DIR) -> Labels:
    """Read `labels.yml`."""
    return _read(config_dir / "labels.yml", Labels)


def load_channels(config_dir: Path = DEFAULT_CONFIG_DIR) -> Channels:
    """Read `channels.yml`."""
    return _read(config_dir / "channels.yml", Channels)


def load_departments(config_dir: Path = DEFAULT_CONFIG_DIR) -> Departments:
    """Read `departments.yml`."""
    return _read(config_dir / "departments.yml", Departments)


def list_packs(config_dir: Path = DEFAULT_CONFIG_DIR) -> list[str]:
    """The slugs of the packs at hand, sorted."""
    return sorted(path.stem for path in (config_dir / "taxonomies").glob("*.yml"))


def find_pack(slug: str, config_dir: Path = DEFAULT_CONFIG_DIR) -> Path:
    """The file of one pack; without one a `TaxonomyError` names the packs at hand."""
    path = config_dir / "taxonomies" / f"{slug}.yml"
    if not path.is_file():
        packs = ", ".join(list_packs(config_dir)) or "none"
        raise TaxonomyError(f"{path} does not exist; packs at hand: {packs}")
    return path


@lru_cache(maxsize=8)
def load_pack(slug: str = "retail", config_dir: Path = DEFAULT_CONFIG_DIR) -> Pack:
    """Read one pack; its `slug` must be its file name."""
    path = find_pack(slug, config_dir)
    pack = _read(path, Pack)
    if pack.slug != slug:
        raise TaxonomyError(f"{path}: slug is {pack.slug!r}, the file name says {slug!r}")
    return pack
