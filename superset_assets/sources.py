"""The reviewed sources of the dashboards, read from YAML into plain typed objects.

    datasets/<schema>__<table>.yaml   labels, derived columns and metrics of one table
    dashboards/<slug>.yaml            layout, filters, charts and texts of one dashboard
    palette.yaml                      the colours, by meaning
    viz_types.yaml                    the kinds of chart in use, with their settled parameters

Every text that a person reads is a pair `{zh: ..., en: ...}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

SOURCES_DIR = Path(__file__).resolve().parent


class SourceError(ValueError):
    """A source file that cannot be read as what it claims to be."""


@dataclass(frozen=True)
class Text:
    """What a person reads, in Chinese and English."""

    zh: str
    en: str

    @property
    def line(self) -> str:
        """Both languages on one line, for titles and labels."""
        return self.zh if self.zh == self.en else f"{self.zh} {self.en}"

    @property
    def paragraph(self) -> str:
        """Both languages one below the other, for descriptions."""
        return f"{self.zh}\n{self.en}"


@dataclass(frozen=True)
class Column:
    """A column of a table, or one that Superset computes."""

    name: str
    label: Text
    about: Text | None = None  # only for tables that dbt does not describe
    data_type: str | None = None  # likewise
    expression: str | None = None  # set: computed by Superset, not stored
    colors: Mapping[str, str] = field(default_factory=dict)  # value -> colour of the palette


@dataclass(frozen=True)
class Metric:
    """A figure over many rows: an SQL expression, or an estimate with its interval."""

    name: str
    label: Text
    about: Text
    number_format: str
    expression: str | None = None
    estimate: tuple[str, tuple[str, ...]] | None = None  # (kind, count columns)
    color: str | None = None


@dataclass(frozen=True)
class Dataset:
    """One table or view of the warehouse, as charts may use it."""

    name: str  # schema.table
    about: Text
    time_column: str | None
    is_described_by_dbt: bool
    columns: Mapping[str, Column]
    metrics: Mapping[str, Metric]

    @property
    def schema(self) -> str:
        """The schema of the table."""
        return self.name.split(".")[0]

    @property
    def table(self) -> str:
        """The name of the table without its schema."""
        return self.name.split(".")[1]


@dataclass(frozen=True)
class Chart:
    """One named question and how it is drawn."""

    name: str
    title: Text
    about: Text
    dataset: str
    viz_type: str
    params: Mapping[str, Any]
    where: tuple[str, ...]
    may_be_empty: bool  # true when no rows is good news, e.g. nothing in quarantine
    color: str | None  # of a big number, by name in the palette
    alarm_above: float | None  # a big number above this is red, else green
    grey_by: str | None  # the n of a table's rows: small samples are grey
    red_by: str | None  # rows of a table in which this is not 0 are red


@dataclass(frozen=True)
class Filter:
    """One filter of a dashboard."""

    name: str
    label: Text
    column: str | None  # null: the period
    dataset: str | None


@dataclass(frozen=True)
class Cell:
    """One box of a row; the grid is twelve columns wide."""

    width: int
    chart: str | None
    markdown: Text | None


@dataclass(frozen=True)
class Row:
    """Boxes side by side, all of one height (a unit is eight pixels)."""

    height: int
    cells: tuple[Cell, ...]
    heading: Text | None  # shown above the row


@dataclass(frozen=True)
class Dashboard:
    """One page."""

    slug: str
    title: Text
    about: Text
    filters: tuple[Filter, ...]
    rows: tuple[Row, ...]
    charts: Mapping[str, Chart]


@dataclass(frozen=True)
class Sources:
    """All that stands in the source files."""

    datasets: Mapping[str, Dataset]
    dashboards: Mapping[str, Dashboard]
    palette: Mapping[str, Any]
    viz_types: Mapping[str, Any]


def read_sources(folder: Path = SOURCES_DIR) -> Sources:
    """Read all sources below `folder`. Raises SourceError naming the file and what is wrong."""
    datasets = [_read(path, _dataset) for path in sorted((folder / "datasets").glob("*.yaml"))]
    dashboards = [
        _read(path, _dashboard) for path in sorted((folder / "dashboards").glob("*.yaml"))
    ]
    return Sources(
        datasets={dataset.name: dataset for dataset in datasets},
        dashboards={dashboard.slug: dashboard for dashboard in dashboards},
        palette=_read(folder / "palette.yaml", lambda _, document: document),
        viz_types=_read(folder / "viz_types.yaml", lambda _, document: document),
    )


def _read(path: Path, convert: Any) -> Any:
    try:
        return convert(path.stem, yaml.safe_load(path.read_text(encoding="utf-8")))
    except KeyError as missing:
        raise SourceError(f"{path.name}: {missing} is missing") from missing
    except (TypeError, AttributeError, ValueError, yaml.YAMLError) as error:
        raise SourceError(f"{path.name}: {error}") from error


def _text(document: Mapping[str, str]) -> Text:
    return Text(zh=document["zh"].strip(), en=document["en"].strip())


def _dataset(stem: str, document: Mapping[str, Any]) -> Dataset:
    schema, _, table = stem.partition("__")
    if not table:
        raise SourceError(f"{stem}.yaml: the name must be <schema>__<table>.yaml")
    stored = {name: _column(name, entry) for name, entry in document["columns"].items()}
    derived = {name: _column(name, entry) for name, entry in document.get("derived", {}).items()}
    return Dataset(
        name=f"{schema}.{table}",
        about=_text(document["about"]),
        time_column=document.get("time_column"),
        is_described_by_dbt=schema == "marts",
        columns=stored | derived,
        metrics={name: _metric(name, entry) for name, entry in document["metrics"].items()},
    )


def _column(name: str, document: Mapping[str, Any]) -> Column:
    return Column(
        name=name,
        label=_text(document),
        about=_text(document["about"]) if "about" in document else None,
        data_type=document.get("type"),
        expression=document.get("expression"),
        colors=document.get("colors", {}),
    )


def _metric(name: str, document: Mapping[str, Any]) -> Metric:
    kinds = [kind for kind in ("expression", "balance", "share") if kind in document]
    if len(kinds) != 1:
        raise SourceError(f"metric {name} needs one of expression, balance, share")
    kind = kinds[0]
    return Metric(
        name=name,
        label=_text(document),
        about=_text(document["about"]),
        number_format=document["format"],
        expression=document.get("expression"),
        estimate=None if kind == "expression" else (kind, tuple(document[kind])),
        color=document.get("color"),
    )


def _dashboard(stem: str, document: Mapping[str, Any]) -> Dashboard:
    return Dashboard(
        slug=stem,
        title=_text(document["title"]),
        about=_text(document["about"]),
        filters=tuple(
            Filter(name, _text(entry), entry.get("column"), entry.get("dataset"))
            for name, entry in document["filters"].items()
        ),
        rows=tuple(_row(row) for row in document["rows"]),
        charts={name: _chart(name, entry) for name, entry in document["charts"].items()},
    )


def _row(document: Mapping[str, Any]) -> Row:
    return Row(
        height=document["height"],
        cells=tuple(
            Cell(
                width=cell["width"],
                chart=cell.get("chart"),
                markdown=_text(cell["markdown"]) if "markdown" in cell else None,
            )
            for cell in document["cells"]
        ),
        heading=_text(document["heading"]) if "heading" in document else None,
    )


def _chart(name: str, document: Mapping[str, Any]) -> Chart:
    return Chart(
        name=name,
        title=_text(document["title"]),
        about=_text(document["about"]),
        dataset=document["dataset"],
        viz_type=document["viz"],
        params=document.get("params", {}),
        where=tuple(document.get("where", ())),
        may_be_empty=document.get("may_be_empty", False),
        color=document.get("color"),
        alarm_above=document.get("alarm_above"),
        grey_by=document.get("grey_by"),
        red_by=document.get("red_by"),
    )
