"""Probabilistic matching of what the deterministic rules leave, with Splink.

The Fellegi-Sunter model: each comparison (name, year of birth, gender, city, telephone, e-mail)
falls into a level; a level's weight is log2(m/u), m its share among pairs of one person, u among
pairs of two. u is counted on random pairs and m estimated by expectation maximisation: no labels.
Source: Linacre et al. 2022, doi:10.23889/ijpds.v7i1.1794; Fellegi and Sunter 1969.

The comparisons count as independent given the truth, with two exceptions: a given name tells the
gender, so that an equal one says nothing where names sound the same; and a household shares more
than its contact (`identity.households`). Limits: a person whose records share neither name nor
contact is not found; common names in a large city need a further field to be told apart.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

import duckdb
import pandas as pd
import splink.comparison_level_library as level
import splink.comparison_library as comparison
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from identity.households import RAREST, Households, learn_households
from identity.links import Link, contradicts, iter_sharing
from identity.records import IdentityRecord

if TYPE_CHECKING:
    from splink.internals.comparison_level_creator import ComparisonLevelCreator

# candidates below this are not kept: they could never be one person
LOWEST_PROBABILITY = 0.2
SEED = 20
MAX_RANDOM_PAIRS = 2_000_000
# with fewer blocked pairs than this nothing can be learnt: the m below are used as they are
MIN_TRAINING_PAIRS = 100
# share of the true pairs that the deterministic rules find (for the prior; EM does not move it)
RULE_RECALL = 0.6

# what the levels are called, from the best to the worst, and their m before training
LEVELS = {
    "name": {
        "same": 0.70, "same sound": 0.16, "part left out": 0.04, "same family name": 0.04,
        "different": 0.06,
    },
    "birth_year": {"same": 0.95, "one year apart": 0.02, "different": 0.03},
    "gender": {"same": 0.98, "different": 0.02},
    "city": {"same": 0.85, "different": 0.15},
    "phone": {"same": 0.40, "different": 0.60},
    "email": {"same": 0.50, "different": 0.50},
}  # fmt: skip
_CONDITIONS = {
    "name": (
        "name_l = name_r",
        "sound_l = sound_r",
        "family_name_l = family_name_r and "
        "(contains(given_name_l, given_name_r) or contains(given_name_r, given_name_l))",
        "family_name_l = family_name_r",
    ),
    "birth_year": ("birth_year_l = birth_year_r", "abs(birth_year_l - birth_year_r) = 1"),
    "gender": ("gender_l = gender_r",),
    "city": ("city_l = city_r",),
    "phone": ("phone_hash_l = phone_hash_r",),
    "email": ("email_hash_l = email_hash_r",),
}
# a rare name or a small town says more than a common one
_BY_FREQUENCY = {"name": "name", "city": "city"}

_PAIRS_TO_SCORE = (
    ("phone_hash",),
    ("email_hash",),
    ("sound", "birth_year"),
    ("sound", "city"),
    ("family_name", "birth_year", "city", "gender"),
)
# nearly all one person. Pairs that only share a contact are households as well, from which the
# model would learn that one person has two years of birth; and among those of the same name and
# year strangers are so many in a large base that it takes them all for matches
_PAIRS_TO_LEARN_FROM = (
    ("phone_hash", "sound"),
    ("email_hash", "sound"),
    ("phone_hash", "birth_year", "gender"),
    ("email_hash", "birth_year", "gender"),
)
_COLUMNS = (
    "customer_id", "name", "sound", "family_name", "given_name", "gender", "birth_year", "city",
    "phone_hash", "email_hash",
)  # fmt: skip


def score_pairs(records: Sequence[IdentityRecord], rule_pairs: int) -> list[Link]:
    """Return candidate pairs of at least `LOWEST_PROBABILITY`, by id.

    `rule_pairs` is how many pairs the deterministic rules found: the prior is their number over
    `RULE_RECALL`. The same records give the same links: one thread, fixed seed, sorted input.
    """
    if len(records) < 2:
        return []
    logging.getLogger("splink").setLevel(logging.ERROR)
    rows = [[getattr(record, column) for column in _COLUMNS] for record in records]
    frame = pd.DataFrame(rows, columns=list(_COLUMNS)).astype({"birth_year": "Int64"})
    # personal data stays in memory: without a folder DuckDB cannot spill to disk
    with duckdb.connect(":memory:", config={"threads": 1, "temp_directory": ""}) as connection:
        database = DuckDBAPI(connection)
        settings = _make_settings(records, rule_pairs)
        linker = Linker(database.register(frame), settings, log_level=None)
        _train(linker, frame)
        households = learn_households(connection, records, _CONDITIONS, _read_strangers(linker))
        scored = linker.inference.predict(
            threshold_match_probability=LOWEST_PROBABILITY, warning_mode="never"
        ).as_record_list()
    links = [_read_link(row, households) for row in scored]
    return sorted(
        (link for link in links if link.probability >= LOWEST_PROBABILITY),
        key=lambda one: one.pair,
    )


def _make_settings(records: Sequence[IdentityRecord], rule_pairs: int) -> SettingsCreator:
    total_pairs = len(records) * (len(records) - 1) / 2
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="customer_id",
        probability_two_random_records_match=min(
            0.5, max(rule_pairs, 1) / RULE_RECALL / total_pairs
        ),
        comparisons=[_make_comparison(name, records, total_pairs) for name in LEVELS],
        blocking_rules_to_generate_predictions=[block_on(*columns) for columns in _PAIRS_TO_SCORE],
        retain_matching_columns=True,  # brings the levels, of which the evidence is made
        retain_intermediate_calculation_columns=True,  # brings the weight of each
    )


def _make_comparison(
    name: str, records: Sequence[IdentityRecord], total_pairs: float
) -> comparison.CustomComparison:
    column = f"{name}_hash" if name in ("phone", "email") else name
    *chances, chance_else = LEVELS[name].values()
    graded: list[ComparisonLevelCreator] = [
        level.CustomLevel(condition).configure(m_probability=chance)
        for condition, chance in zip(_CONDITIONS[name], chances, strict=True)
    ]
    graded.append(level.ElseLevel().configure(m_probability=chance_else))
    if name in _BY_FREQUENCY:
        same = level.ExactMatchLevel(column, term_frequency_adjustments=True)
        graded[0] = same.configure(m_probability=chances[0])
    if column in ("phone_hash", "email_hash"):
        # too rare among random pairs to be counted there: counted where persons surely differ
        strangers = sum(contradicts(*pair) for pair in iter_sharing(records, column))
        shared = max(strangers, 0.5) / total_pairs
        for one, chance in zip(graded, (shared, 1 - shared), strict=True):
            one.configure(u_probability=chance, fix_u_probability=True)
    return comparison.CustomComparison([level.NullLevel(column), *graded], output_column_name=name)


def _train(linker: Linker, frame: pd.DataFrame) -> None:
    linker.training.estimate_u_using_random_sampling(
        max_pairs=MAX_RANDOM_PAIRS, seed=SEED, min_count_per_level=None
    )
    for columns in _PAIRS_TO_LEARN_FROM:
        sizes = frame.groupby(list(columns)).size()
        if int((sizes * (sizes - 1) // 2).sum()) >= MIN_TRAINING_PAIRS:
            linker.training.estimate_parameters_using_expectation_maximisation(
                block_on(*columns), max_pairs=MAX_RANDOM_PAIRS
            )


def _read_strangers(linker: Linker) -> dict[str, list[float]]:
    """Return the share of each level among random pairs, from the worst on, by comparison."""
    model = linker.misc.save_model_to_json()
    return {
        one["output_column_name"]: [
            # a small base may never show a level
            graded.get("u_probability") or RAREST
            for graded in reversed(one["comparison_levels"])
            if not graded.get("is_null_level")
        ]
        for one in model["comparisons"]
    }


def _read_link(row: dict[str, object], households: Households) -> Link:
    left_id, right_id = sorted((str(row["customer_id_l"]), str(row["customer_id_r"])))
    evidence = {}
    for name, levels in LEVELS.items():
        gamma = int(str(row[f"gamma_{name}"]))
        # Splink counts levels from the worst (0) up; -1 is unknown
        evidence[name] = "unknown" if gamma < 0 else list(levels)[len(levels) - 1 - gamma]
    weight = float(str(row["match_weight"])) + households.correct(row)
    if evidence["name"] in ("same", "same sound") and evidence["gender"] == "same":
        weight -= float(str(row["mw_gender"]))
    probability = round(1 / (1 + 2**-weight), 6)
    return Link(left_id, right_id, "probabilistic", probability, evidence)
