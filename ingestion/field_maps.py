"""config/field_maps/*.yml: which object of another system fills which entity, field by field.

A map is configuration, because no two companies use the same fields of their CRM. A rule is a
path (`Name`, `properties.city`, `Owner.Name`) or one of

    {from: Priority, map: {High: high}, otherwise: medium}   words of theirs -> words of ours
    {from: [LastName, FirstName], joiner: " "}               several fields put together
    {from: Birthdate, part: year}                            a part of a date
    {value: online}                                          the same for every record

Without `otherwise` a word that the map lacks goes on as it is and is judged by the contract, so
it is seen in quarantine instead of vanishing.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, ValidationError, model_validator

from ingestion.contracts import CRM_ENTITIES, Entity
from ingestion.errors import SourceConfigError
from ingestion.source_models import Strict

# the ids that point into other systems than the one that is read
_FOREIGN_IDS = frozenset({"feedback_record_id"})


class FieldRule(Strict):
    """How one column of ours comes from a record of theirs."""

    source: Annotated[str | list[str] | None, Field(alias="from")] = None
    value: str | int | float | bool | None = None
    map: dict[str, str | int | None] | None = None
    otherwise: str | int | None = None
    joiner: str = ""
    part: Literal["year", "date"] | None = None

    @model_validator(mode="before")
    @classmethod
    def accept_path(cls, rule: Any) -> Any:
        """A bare text is the path."""
        return {"from": rule} if isinstance(rule, str) else rule

    @model_validator(mode="after")
    def check_origin(self) -> FieldRule:
        """A column comes from the record or is a constant, never both."""
        if (self.source is None) == ("value" not in self.model_fields_set):
            raise ValueError("a field needs `from` or `value`, and not both")
        return self

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Return the paths that the rule reads."""
        if self.source is None:
            return ()
        return (self.source,) if isinstance(self.source, str) else tuple(self.source)

    def read(self, record: dict[str, Any]) -> Any:
        """Return the column's value; raise `KeyError` when the record has none of the paths."""
        if not self.paths:
            return self.value
        found = [value for path in self.paths for value in _look_up(record, path)]
        if not found:
            raise KeyError(self.paths[0])
        given = [value for value in found if value is not None and value != ""]
        value = given[0] if len(self.paths) == 1 and given else self._join(given)
        if value is None:
            return None
        if self.part is not None:
            value = str(value)[: 4 if self.part == "year" else 10]
        if self.map is None:
            return value
        default = self.otherwise if "otherwise" in self.model_fields_set else value
        return self.map.get(str(value), default)

    def _join(self, values: list[Any]) -> str | None:
        return self.joiner.join(str(value) for value in values) if values else None


def _look_up(record: dict[str, Any], path: str) -> Iterator[Any]:
    """Yield the value at a dotted path, nothing when it is not there, None below a null."""
    value: Any = record
    for name in path.split("."):
        if value is None:
            break
        if not isinstance(value, dict) or name not in value:
            return
        value = value[name]
    yield value


class ObjectMap(Strict):
    """One object of theirs -> one entity of ours.

    `modified` is the path of the moment by which changes are found; `where` is a condition in the
    system's own words, where it has a query language; a record that lacks a column of `only_with`
    is no record of this entity (a case without a description is no note). `is_ever_deleted` is
    false for objects that can only be switched off.
    """

    entity: str
    object: str
    fields: dict[str, FieldRule]
    modified: str
    where: str | None = None
    only_with: tuple[str, ...] = ()
    is_ever_deleted: bool = True

    @property
    def paths(self) -> tuple[str, ...]:
        """Return every path that the map reads, each once, in order."""
        rules = self.fields.values()
        return tuple(dict.fromkeys([path for rule in rules for path in rule.paths]))

    def target(self) -> Entity:
        """Return the entity that the object fills."""
        return next(entity for entity in CRM_ENTITIES if entity.name == self.entity)

    @model_validator(mode="after")
    def check_columns(self) -> ObjectMap:
        """The entity exists, its columns too, and what it must have is mapped."""
        entities = {entity.name: entity for entity in CRM_ENTITIES}
        if self.entity not in entities:
            raise ValueError(f"unknown entity {self.entity!r}; known are {', '.join(entities)}")
        entity = entities[self.entity]
        known = entity.source_columns - {"updated_at"}
        unknown = sorted((set(self.fields) | set(self.only_with)) - known)
        if unknown:
            raise ValueError(f"{self.entity} has no column {', '.join(unknown)}")
        required = {name for name, info in entity.record.model_fields.items() if info.is_required()}
        missing = sorted((required & known) - set(self.fields))
        if missing:
            raise ValueError(f"{self.entity} must have {', '.join(missing)}")
        return self

    @cached_property
    def _rules(self) -> tuple[tuple[str, FieldRule | None], ...]:
        """Return every column that a source delivers with its rule, None when it is not mapped."""
        entity = self.target()
        rules = self.fields | {"updated_at": FieldRule.model_validate(self.modified)}
        return tuple(
            (column, rules.get(column))
            for column in entity.contract_columns
            if column not in entity.derived
        )

    def parse(self, record: dict[str, Any], id_prefix: str = "") -> dict[str, Any] | None:
        """Return a record in the contract's names, or None when it is none of this entity.

        A column that is not mapped is null; one whose path the record lacks is left out, so that
        the landing notices when it is gone from all of them.
        """
        values: dict[str, Any] = {}
        for column, rule in self._rules:
            if rule is None:
                values[column] = None
                continue
            try:
                value = rule.read(record)
            except KeyError:
                continue
            if id_prefix and value is not None and _is_own_id(column):
                value = f"{id_prefix}{value}"
            values[column] = value
        if any(values.get(column) is None for column in self.only_with):
            return None
        return values


def _is_own_id(column: str) -> bool:
    return column.endswith("_id") and column not in _FOREIGN_IDS


class FieldMap(Strict):
    """One file: what a system's objects mean here."""

    version: Literal[1]
    objects: tuple[ObjectMap, ...]

    @model_validator(mode="after")
    def check_entities(self) -> FieldMap:
        """Each entity is filled by one object: its watermark is the object's."""
        entities = [mapped.entity for mapped in self.objects]
        twice = sorted({name for name in entities if entities.count(name) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)}: filled by more than one object")
        return self


def load_field_map(config_dir: Path, name: str) -> FieldMap:
    """Read `field_maps/<name>.yml`; raise `SourceConfigError` with file, place and cause."""
    path = config_dir / "field_maps" / f"{name}.yml"
    try:
        return FieldMap.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        known = ", ".join(sorted(file.stem for file in path.parent.glob("*.yml")))
        raise SourceConfigError(f"{path} is missing; there are {known}") from None
    except yaml.YAMLError as invalid:
        raise SourceConfigError(f"{path} is not valid YAML: {invalid}") from None
    except ValidationError as invalid:
        problems = "; ".join(
            f"{'.'.join(map(str, error['loc']))}: {error['msg']}"
            for error in invalid.errors(include_url=False)
        )
        raise SourceConfigError(f"{path}: {problems}") from None
