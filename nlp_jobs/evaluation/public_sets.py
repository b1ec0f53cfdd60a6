"""Which public data sets can be scored, by file name: their columns, their cases, their tasks.

A set is a CSV file (UTF-8, header row, gzipped or not) under its usual name. Its `Task`s say which
columns they need, how rows become cases, and who answers. What the pipeline has nothing for stands
here too, with the reason, so that an evaluation leaves nothing out without a word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

Row = dict[str, str]
TERM_AND_WORDS = ("aspect_term", "opinion_term")
POLARITY_NAMES = {"1": "positive", "0": "neutral", "-1": "negative"}


@dataclass(frozen=True)
class Case:
    """One text with the right answer.

    `gold` is a label, or a set of labels where a text may have several. `focus` is what the
    answer is about where it is not the whole text: an aspect, or the words of an opinion.
    `bare` is the text by which training knows it, where `text` holds more than that.
    """

    text: str
    gold: str | frozenset[str]
    focus: tuple[str, ...] = ()
    bare: str | None = None

    @property
    def known_text(self) -> str:
        """The text by which it is known whether a head learned from the case."""
        return self.text if self.bare is None else self.bare


@dataclass(frozen=True)
class Task:
    """How one file is scored for one purpose.

    `kind` names the answering part (see `answers.ANSWERS`), `head` the trained head it needs, and
    `family` whose training texts must be left out: sentiment, aspects or routing.
    """

    name: str
    kind: str
    family: str
    columns: tuple[str, ...]
    read: Callable[[Iterable[Row]], Iterator[Case]]
    head: str = ""
    note: str = ""


@dataclass(frozen=True)
class PublicSet:
    """A file name with its tasks, or with the reason why there are none."""

    name: str
    tasks: tuple[Task, ...] = ()
    reason: str = ""


def read_binary(rows: Iterable[Row]) -> Iterator[Case]:
    """Labels 1 (praise) and 0 (blame)."""
    for row in rows:
        if row["label"] in ("0", "1"):
            yield Case(row["text"], "positive" if row["label"] == "1" else "negative")


def read_stars(rows: Iterable[Row]) -> Iterator[Case]:
    """1-2 stars against 4-5, title and text; not what the store deleted, which is mostly spam."""
    for row in rows:
        if row["star"] in ("1", "2", "4", "5") and row.get("deleted_by_store", "0") != "1":
            text = f"{row.get('title', '')} {row['text']}".strip()
            yield Case(text, "positive" if int(row["star"]) > 3 else "negative")


def read_column(rows: Iterable[Row], column: str, names: dict[str, str]) -> Iterator[Case]:
    """Rows whose `column` holds one of the given values, under the name of that value."""
    for row in rows:
        if row[column] in names:
            yield Case(row["text"], names[row[column]])


def read_category(
    rows: Iterable[Row],
    column: str,
    text_columns: tuple[str, ...] = ("text",),
    form_columns: tuple[str, ...] = (),
) -> Iterator[Case]:
    """Rows with a category; several text columns are joined by line ends.

    What the columns of the form say goes before the text; rows without any of it are left out.
    """
    for row in rows:
        bare = "\n".join(row[name] for name in text_columns)
        form = " ".join(row[name] for name in form_columns if row.get(name))
        if row[column] and (form or not form_columns):
            yield Case(f"{form}\n{bare}" if form else bare, row[column], bare=bare)


def read_focused(rows: Iterable[Row], *focus: str) -> Iterator[Case]:
    """Rows with a polarity (1, 0, -1) of what the columns `focus` name."""
    for row in rows:
        if row["polarity"] in POLARITY_NAMES:
            yield Case(
                row["text"], POLARITY_NAMES[row["polarity"]], tuple(row[name] for name in focus)
            )


def read_aspect_rows(rows: Iterable[Row]) -> Iterator[Case]:
    """One row per text and aspect: gathered to one case per text with all its aspects."""
    aspects: dict[str, set[str]] = {}
    for row in rows:
        aspects.setdefault(row["text"], set()).add(row["aspect"])
    for text, found in aspects.items():
        yield Case(text, frozenset(found))


def read_aspect_columns(rows: Iterable[Row]) -> Iterator[Case]:
    """One column per aspect, named like `Food#Taste`; -2 means that it is not mentioned."""
    for row in rows:
        named = (name for name in row if "#" in name)
        yield Case(row["text"], frozenset(name for name in named if row[name] in POLARITY_NAMES))


def read_aspect_polarity_columns(rows: Iterable[Row]) -> Iterator[Case]:
    """The polarity of each mentioned aspect of such a row."""
    for row in rows:
        for name, value in row.items():
            if "#" in name and value in POLARITY_NAMES:
                yield Case(row["text"], POLARITY_NAMES[value], (name,))


def read_criticality(rows: Iterable[Row]) -> Iterator[Case]:
    """Human criticality -5 (blame) to 5 (praise); 0 and unreadable values are left out."""
    for row in rows:
        digits = row["criticality"].lstrip("-")
        if digits.isdecimal() and 1 <= int(digits) <= 5:
            yield Case(row["text"], "negative" if row["criticality"][0] == "-" else "positive")


def _polarity(read: Callable[[Iterable[Row]], Iterator[Case]], *columns: str) -> Task:
    return Task("polarity", "polarity", "sentiment", ("text", *columns), read)


def _sentiment(column: str, names: dict[str, str]) -> Task:
    read = partial(read_column, column=column, names=names)
    return Task("sentiment", "sentiment", "sentiment", ("text", column), read)


def _routing(
    head: str,
    column: str,
    text_columns: tuple[str, ...] = ("text",),
    form_columns: tuple[str, ...] = (),
) -> Task:
    read = partial(
        read_category, column=column, text_columns=text_columns, form_columns=form_columns
    )
    name = "routing_form" if form_columns else "routing"
    note = f"reads {', '.join(form_columns)} before the text" if form_columns else ""
    return Task(name, "routing", "routing", (*text_columns, column), read, head, note)


def _not_served(column: str, reason: str) -> Task:
    read = partial(read_category, column=column)
    return Task(column, "not_served", "", ("text", column), read, note=reason)


def _aspects(head: str) -> tuple[Task, Task]:
    columns = ("text", "aspect", "polarity")
    return (
        Task("aspects", "aspects", "aspects", columns[:2], read_aspect_rows, head),
        Task(
            "aspect_polarity",
            "aspect_polarity",
            "aspects",
            columns,
            lambda rows: read_focused(rows, "aspect"),
            head,
        ),
    )


def _named(language: str, *focus: str) -> tuple[Task, Task]:
    """What is said of named terms: by the unit that holds them, and by the head that is asked."""
    columns = ("text", *focus, "polarity")

    def read(rows: Iterable[Row]) -> Iterator[Case]:
        return read_focused(rows, *focus)

    name, note = (
        ("pair_sentiment", "label of the two terms read as a text")
        if "opinion_term" in focus
        else ("term_sentiment", "label of the unit that holds the term")
    )
    return (
        Task(name, name, "sentiment", columns, read, note=note),
        Task("named_sentiment", "named_sentiment", "sentiment", columns, read, language),
    )


NHS_BINS = {"1": "positive", "2": "positive", "3": "neutral", "4": "negative", "5": "negative"}
TWEET_BINS = {
    **{name: name for name in ("positive", "neutral", "negative")},
    **POLARITY_NAMES,
}
TWEET_POLES = {name: label for name, label in TWEET_BINS.items() if label != "neutral"}

PUBLIC_SETS = (
    PublicSet(
        "zh_sentiment_online_shopping_10cats",
        (
            _polarity(read_binary, "label"),
            _not_served(
                "category",
                "the product comes with the feedback's source; it is not read from the text",
            ),
        ),
    ),
    PublicSet("zh_sentiment_waimai", (_polarity(read_binary, "label"),)),
    PublicSet("zh_sentiment_hotel", (_polarity(read_binary, "label"),)),
    PublicSet("zh_appstore_reviews", (_polarity(read_stars, "star"),)),
    PublicSet("zh_meituan_restaurant_stars", (_polarity(read_stars, "star"),)),
    PublicSet(
        "zh_car_complaints",
        (
            _routing("car_complaints_zh", "problem_category"),
            _routing(
                "car_complaints_form_zh",
                "problem_category",
                form_columns=("brand", "series", "model"),
            ),
        ),
    ),
    PublicSet("zh_car_aspect_bdci2018", _aspects("automotive_zh")),
    PublicSet(
        "zh_ecommerce_aspect_tianchi",
        (*_aspects("ecommerce_zh"), *_named("zh", *TERM_AND_WORDS)),
    ),
    PublicSet("zh_aspect_terms_absadatasets", _named("zh", "aspect_term")),
    PublicSet("zh_restaurant_opinion_pairs_zhang", _named("zh", *TERM_AND_WORDS)),
    PublicSet(
        "zh_restaurant_aspect_asap_sample",
        (
            Task("aspects", "aspects", "aspects", ("text",), read_aspect_columns, "restaurant_zh"),
            Task(
                "aspect_polarity",
                "aspect_polarity",
                "aspects",
                ("text",),
                read_aspect_polarity_columns,
                "restaurant_zh",
            ),
        ),
    ),
    PublicSet(
        "zh_gov_messages_topic_gold",
        (_routing("public_messages_zh", "category", ("subject", "text")),),
    ),
    PublicSet(
        "en_nhs_survey_verbatims",
        (
            _sentiment("comment_sentiment", NHS_BINS),
            _not_served(
                "topics", "no head for its 46 labels; en_nhs_survey_phase1's nine are served"
            ),
        ),
    ),
    PublicSet(
        "en_nhs_survey_phase1",
        (
            _routing("nhs_topics_en", "label"),
            _routing("nhs_topics_question_en", "label", form_columns=("question",)),
            _polarity(read_criticality, "criticality"),
        ),
    ),
    PublicSet(
        "en_airline_tweets",
        (
            _polarity(
                partial(read_column, column="sentiment", names=TWEET_POLES),
                "sentiment",
            ),
            _sentiment("sentiment", TWEET_BINS),
            _routing("airline_reasons_en", "negative_reason"),
        ),
    ),
    PublicSet(
        "en_banking77_intents",
        (_not_served("intent", "no head for its 77 intents of bank customers"),),
    ),
    PublicSet("en_aspect_acos_laptop_restaurant", _named("en", *TERM_AND_WORDS)),
    *(
        PublicSet(name, reason=reason)
        for name, reason in {
            "zh_gov_messages_topic_silver": "its labels are a model's guesses, not a person's",
            "zh_gov_messages_votes": "no label that the pipeline gives",
            "zh_gov_messages_replies": "no label that the pipeline gives",
            "zh_gov_topic_taxonomy": "a list of topics without texts",
            "zh_phone_dialogue_quads_diaasq": "opinions of many speakers about rival products in "
            "one thread; the pipeline reads one customer's feedback",
            "zh_phone_dialogue_utterances_diaasq": "no labels of its own",
            "zh_jddc_customer_service_dialogues": "no label that the pipeline gives",
            "zh_telecom_calls_seretod_example": "ten calls, a format reference",
            "zh_jd_phone_reviews": "every star is 5",
            "en_cfpb_complaints": "no label that the pipeline gives",
            "en_uss_dialogue_satisfaction": "satisfaction of talks with a machine, not feedback",
            "en_telco_churn": "a customer table without texts",
        }.items()
    ),
    *(
        PublicSet(f"pt_olist_{part}", reason="Portuguese or a table without texts")
        for part in (
            "customers",
            "orders",
            "order_items",
            "order_payments",
            "order_reviews",
            "products",
            "sellers",
            "category_translation",
        )
    ),
)
SETS_BY_NAME = {public_set.name: public_set for public_set in PUBLIC_SETS}
TASK_NAMES = frozenset(task.name for public_set in PUBLIC_SETS for task in public_set.tasks)
