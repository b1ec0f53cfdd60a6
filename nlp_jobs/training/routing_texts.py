"""What each router learns from: its data set, its features, and weakly labelled helpers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

from nlp_jobs.features import HashedFeatures
from nlp_jobs.routing_heads import prepare
from nlp_jobs.text_features import TextFeatures
from nlp_jobs.training.labelled_texts import UNCLEAR, choose_place, read_csv

LEXICONS = Path(__file__).resolve().parent.parent / "lexicons"
CHARACTERS = {
    "zh": HashedFeatures((1, 2, 3), 18, keep_spaces=False),
    "en": HashedFeatures((1, 2, 3, 4, 5), 18, keep_spaces=True),
}
# routers that read a form too: the router without it, the columns of the form, and whether words
# are told apart by it (brands share too few rows for that)
FORMS: dict[str, tuple[str, tuple[str, ...], bool]] = {
    "car_complaints_form_zh": ("car_complaints_zh", ("brand", "series", "model"), False),
    "nhs_topics_question_en": ("nhs_topics_en", ("question",), True),
}
MIN_FORM = 200  # rows that must share a form


@dataclass(frozen=True)
class WeakSource:
    """Helping rows of which each counts `weight`; `label_column` holds no human's judgement."""

    name: str
    text_columns: tuple[str, ...]
    label_column: str
    weight: float
    licence: str = UNCLEAR


@dataclass(frozen=True)
class Recipe:
    """How a router is trained.

    `strength` is the ridge penalty, `weight` what one labelled row counts, `is_balanced` gives
    all labels the same say. A set too small to hold a part back is `is_whole`: all its rows
    train, and quality is measured by cross-validation alone. `form_columns` hold what the writer
    was asked beside the text (the car; the question): it goes before the text, where it is known.
    `tells_forms_apart`: words have weights of their own for each form that many rows share.
    """

    name: str
    language: str
    source: str
    text_columns: tuple[str, ...]
    label_column: str
    licence: str
    features: TextFeatures
    strength: float = 1.0
    weight: float = 1.0
    is_balanced: bool = False
    is_whole: bool = False
    keep: int = 400_000  # weights that the saved head holds
    helpers: tuple[WeakSource, ...] = field(default=())
    form_columns: tuple[str, ...] = ()
    tells_forms_apart: bool = False


@dataclass(frozen=True)
class RoutedText:
    """One row: its cleaned text, its label, its weight, and its place 0-99 for the splits.

    `bare` is the text without what the form says; the place follows it alone.
    """

    text: str
    label: str
    weight: float
    place: int
    bare: str


def read_terms(path: Path) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Terms and the groups that they stand under, from a word list in YAML."""
    groups: dict[str, list[str]] = {}
    for group, words in yaml.safe_load(path.read_text(encoding="utf-8")).items():
        for word in words.split():
            groups.setdefault(word, []).append(group)
    return tuple((word, tuple(sorted(set(found)))) for word, found in sorted(groups.items()))


def make_recipes() -> dict[str, Recipe]:
    """The recipes of the shipped routers, by name."""
    chinese, english = CHARACTERS["zh"], CHARACTERS["en"]
    recipes = (
        Recipe(
            "car_complaints_zh",
            "zh",
            "zh_car_complaints",
            ("text",),
            "problem_category",
            "MIT (the crawl's own terms are not stated)",
            TextFeatures(chinese, (1, 2), terms=read_terms(LEXICONS / "car_complaints_zh.yml")),
        ),
        Recipe(
            "public_messages_zh",
            "zh",
            "zh_gov_messages_topic_gold",
            ("subject", "text"),
            "category",
            UNCLEAR,
            TextFeatures(chinese, (1, 2), opening=20),
            weight=5.0,
            is_balanced=True,
            is_whole=True,
            helpers=(
                WeakSource(
                    "zh_gov_messages_topic_silver", ("subject", "text"), "category_predicted", 1.0
                ),
                WeakSource("zh_gov_topic_taxonomy", ("level2", "level3"), "level1", 0.3),
            ),
        ),
        Recipe(
            "nhs_topics_en",
            "en",
            "en_nhs_survey_phase1",
            ("text",),
            "label",
            "MIT",
            TextFeatures(english, (1, 2)),
            strength=2.0,
        ),
        Recipe(
            "airline_reasons_en",
            "en",
            "en_airline_tweets",
            ("text",),
            "negative_reason",
            "unclear in its repository (original: CC BY-NC-SA 4.0 as recalled): training only",
            TextFeatures(english, (1, 2)),
            keep=150_000,
        ),
    )
    by_name = {recipe.name: recipe for recipe in recipes}
    # the same with what the form says before the text: for texts that come with their form only
    for name, (bare, form_columns, tells_apart) in FORMS.items():
        by_name[name] = replace(
            by_name[bare], name=name, form_columns=form_columns, tells_forms_apart=tells_apart
        )
    return by_name


def know_forms(recipe: Recipe, rows: Sequence[RoutedText]) -> Recipe:
    """The recipe with the forms that many rows share, where it tells forms apart."""
    if not recipe.tells_forms_apart:
        return recipe
    counts = Counter(row.text.removesuffix(row.bare).strip() for row in rows)
    forms = tuple(sorted(form for form, count in counts.items() if form and count >= MIN_FORM))
    return replace(recipe, features=replace(recipe.features, forms=forms))


def read_routed(
    path: Path,
    text_columns: tuple[str, ...],
    label_column: str,
    language: str,
    weight: float = 1.0,
    form_columns: tuple[str, ...] = (),
) -> list[RoutedText]:
    """Rows of a CSV file that have a text and a label; columns of text are joined by blanks.

    Raises `ValueError` when a column is missing or no row is left.
    """
    found: list[RoutedText] = []
    for row in read_csv(path):
        missing = {*text_columns, *form_columns, label_column} - set(row)
        if missing:
            raise ValueError(f"{path}: no column {', '.join(sorted(missing))}")
        bare = prepare(" ".join(row[column] for column in text_columns), language)
        text = prepare(" ".join(row[column] for column in (*form_columns, *text_columns)), language)
        if bare and row[label_column]:
            place = choose_place(bare)
            found.append(RoutedText(text, row[label_column], weight, place, bare))
    if not found:
        raise ValueError(f"{path}: no row has a text and a label")
    return found


def read_helpers(
    recipe: Recipe, directory: Path, labelled: list[RoutedText]
) -> dict[str, list[RoutedText]]:
    """Rows of the weak sources in a folder, without texts and labels that do not fit."""
    texts = {row.text for row in labelled}
    labels = {row.label for row in labelled}
    helpers: dict[str, list[RoutedText]] = {}
    for source in recipe.helpers:
        path = directory / f"{source.name}.csv.gz"
        rows = read_routed(
            path, source.text_columns, source.label_column, recipe.language, source.weight
        )
        helpers[source.name] = [
            row for row in rows if row.label in labels and row.text not in texts
        ]
    return helpers
