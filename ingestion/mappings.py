"""Mapping files: how the columns of somebody's export become feedback. Strict, plain errors."""

from __future__ import annotations

import difflib
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from ingestion.errors import MappingError
from warehouse.settings import Settings

FieldName = Literal[
    "occurred_at",
    "received_at",
    "customer_ref",
    "author_ref",
    "agent_ref",
    "store_ref",
    "product_ref",
    "order_ref",
    "city",
    "url",
    "subject_slug",
    "rating",
    "rating_scale",
    "nps_score",
    "csat_score",
    "ces_score",
    "text",
]
Scalar = str | int | float | bool | None
# the connectors' own slugs in ops and in the feedback contract
RESERVED_SLUGS = frozenset({"crm", "crm_notes", "calls", "reviews", "surveys", "helpdesk", "files"})


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Name(_Strict):
    """Words for people, in both languages."""

    zh: str
    en: str


class FileOptions(_Strict):
    """How to open the file where its name and first bytes do not tell."""

    encoding: str | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    sheet: str | None = None


def _as_rule(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else value


def _with_text_keys(value: Any) -> Any:
    # YAML reads an unquoted 1 as a number; in the file it is text
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else value


class FieldRule(_Strict):
    """Where a field's value comes from: one column, or several joined; then what it becomes.

    `values` translates; a value it does not list sends the row to quarantine. `formats` are
    strptime patterns, tried in order, for dates that are not ISO 8601.
    """

    column: str | None = None
    columns: Annotated[list[str], Field(min_length=1)] | None = None
    separator: str = "\n"
    values: Annotated[dict[str, Scalar], BeforeValidator(_with_text_keys)] | None = None
    formats: list[str] = []
    null_values: list[str] = []

    @model_validator(mode="after")
    def check_source(self) -> Self:
        """A value comes from somewhere, and from one place only."""
        if (self.column is None) == (self.columns is None):
            raise ValueError("give either `column` or `columns`")
        return self

    @cached_property
    def sources(self) -> list[str]:
        """Return the columns that the rule reads."""
        return [self.column] if self.column is not None else list(self.columns or [])


Rule = Annotated[FieldRule, BeforeValidator(_as_rule)]


class RecordId(_Strict):
    """What identifies a record: columns of the file, or, without any, the row's whole content.

    From content, equal rows are numbered, so each stays a record of its own, and the same file
    gives the same ids again. Ignored columns do not count as content.
    """

    columns: Annotated[list[str], Field(min_length=1)] | None = None
    from_content: Literal[True] | None = None

    @model_validator(mode="after")
    def check_source(self) -> Self:
        """An id comes from one place only."""
        if (self.columns is None) == (self.from_content is None):
            raise ValueError("give either `columns` or `from_content: true`")
        return self


class Dialogue(_Strict):
    """Rows are turns: those with equal `group_by` make one piece of feedback.

    Every other field takes the first value that is not null among its turns.
    """

    group_by: str
    order_by: str | None = None
    speaker: Rule
    text: Rule
    start_seconds: str | None = None

    @property
    def sources(self) -> list[str]:
        """Return the columns that the dialogue reads."""
        single = [self.group_by, self.order_by, self.start_seconds]
        named = [column for column in single if column is not None]
        return [*named, *self.speaker.sources, *self.text.sources]


class Mapping(_Strict):
    """One kind of export. See config/mappings/ for worked examples."""

    version: Literal[1]
    slug: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,62}$")]
    name: Name
    description: Name
    channel_slug: str
    is_solicited: bool
    time_zone: str = "Asia/Shanghai"
    file: FileOptions = FileOptions()
    record_id: RecordId | None = None
    fields: dict[FieldName, Rule] = {}
    constants: dict[FieldName, Scalar] = {}
    null_values: list[str] = []
    metadata_columns: list[str] = []
    ignored_columns: list[str] = []
    dialogue: Dialogue | None = None

    @field_validator("slug")
    @classmethod
    def check_slug(cls, slug: str) -> str:
        """A slug names one source only."""
        if slug in RESERVED_SLUGS:
            raise ValueError(f"{slug!r} is the slug of a connector; choose another")
        return slug

    @field_validator("time_zone")
    @classmethod
    def check_time_zone(cls, name: str) -> str:
        """The zone must be known."""
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"unknown time zone {name!r}; write it like Asia/Shanghai") from None
        return name

    @model_validator(mode="after")
    def check_whole(self) -> Self:
        """The parts must not contradict each other."""
        if self.dialogue is None and self.record_id is None:
            raise ValueError(
                "record_id is missing: name its columns, or write `from_content: true`"
            )
        if self.dialogue is not None and self.record_id is not None:
            raise ValueError("a dialogue is identified by its group_by: leave out record_id")
        if self.dialogue is not None and "text" in self.fields:
            raise ValueError("a dialogue has turns: put the text under dialogue.text")
        twice = sorted(self.fields.keys() & self.constants.keys())
        if twice:
            raise ValueError(f"{', '.join(twice)} stand in both fields and constants")
        return self

    @property
    def mapped_columns(self) -> list[str]:
        """Return every column of the file that the mapping names and needs, without repeats."""
        names = [column for rule in self.fields.values() for column in rule.sources]
        if self.record_id is not None:
            names += self.record_id.columns or []
        if self.dialogue is not None:
            names += self.dialogue.sources
        return list(dict.fromkeys([*names, *self.metadata_columns]))


def list_mappings(config_dir: Path) -> list[str]:
    """Return the names of the shipped mappings."""
    return sorted(path.stem for path in (config_dir / "mappings").glob("*.yml"))


def load_mapping(settings: Settings, reference: str | Path) -> Mapping:
    """Read a mapping by path, or by the name of a shipped one.

    Raises `MappingError` naming the file, the key, what is allowed there and the nearest match.
    """
    path = _find_mapping(settings, reference)
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as failure:
        raise MappingError(f"mapping {path} cannot be read: {failure}") from None
    except yaml.YAMLError as invalid:
        raise MappingError(f"mapping {path} is not valid YAML: {invalid}") from None
    if not isinstance(content, dict):
        raise MappingError(f"mapping {path} must be a list of keys, such as `slug: my_export`")
    try:
        mapping = Mapping.model_validate(content)
    except ValidationError as invalid:
        problems = "\n  ".join(_explain(dict(error)) for error in invalid.errors(include_url=False))
        raise MappingError(f"mapping {path} does not fit:\n  {problems}") from None
    _check_channel(settings, path, mapping.channel_slug)
    return mapping


def suggest(word: str, choices: list[str]) -> str:
    """Return a hint at the nearest choice, or nothing when none is near."""
    nearest = difflib.get_close_matches(word, choices, n=1, cutoff=0.5)
    return f"; did you mean {nearest[0]!r}?" if nearest else ""


def _find_mapping(settings: Settings, reference: str | Path) -> Path:
    path = Path(reference)
    if path.is_file():
        return path
    shipped = settings.config_dir / "mappings" / f"{reference}.yml"
    if shipped.is_file():
        return shipped
    names = list_mappings(settings.config_dir)
    raise MappingError(
        f"there is no mapping {str(reference)!r}, neither as a file nor among the shipped ones "
        f"({', '.join(names)}){suggest(path.stem, names)}"
    )


def _check_channel(settings: Settings, path: Path, channel_slug: str) -> None:
    channels = settings.config_dir / "channels.yml"
    content = yaml.safe_load(channels.read_text(encoding="utf-8"))
    slugs = [channel["slug"] for channel in content["channels"]]
    if channel_slug not in slugs:
        raise MappingError(
            f"mapping {path}: channel_slug {channel_slug!r} is not one of {', '.join(slugs)}"
            f"{suggest(channel_slug, slugs)}"
        )


_MODELS: dict[str, type[BaseModel]] = {
    "name": Name,
    "description": Name,
    "file": FileOptions,
    "record_id": RecordId,
    "dialogue": Dialogue,
}


def _explain(error: dict[str, Any]) -> str:
    """Put one validation error into words a person can act on."""
    location = [str(part) for part in error["loc"]]
    where = ".".join(part for part in location if part != "[key]") or "the mapping"
    if location[-1:] == ["[key]"]:
        allowed = list(get_args(FieldName))
        return f"{where}: unknown field; allowed are {', '.join(allowed)}" + suggest(
            location[-2], allowed
        )
    if error["type"] == "extra_forbidden":
        allowed = _allowed_keys(location[:-1])
        return f"{where}: unknown key; allowed here are {', '.join(allowed)}" + suggest(
            location[-1], allowed
        )
    if error["type"] == "missing":
        return f"{where}: is missing"
    return f"{where}: {error['msg'].removeprefix('Value error, ')}"


def _allowed_keys(parents: list[str]) -> list[str]:
    if not parents:
        model: type[BaseModel] = Mapping
    elif parents[0] == "fields" or parents[-1] in ("speaker", "text"):
        model = FieldRule
    else:
        model = _MODELS[parents[0]]
    return list(model.model_fields)
