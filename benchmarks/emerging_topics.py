"""How small may a new subject be, and how often does a week without one raise an alarm?

    python -m benchmarks.emerging_topics --sets DIR [--null-weeks 20]

DIR holds `zh_sentiment_online_shopping_10cats.csv.gz` and `zh_car_aspect_bdci2018.csv.gz`. The
everyday talk is shopping reviews without water heaters and hotels, 40,000 units before and 6,000
in the week. Two subjects are put into the week: water heaters and fuel consumption, each with 300,
100 and 50 units. Prints a Markdown table: share of the planted units inside rising candidates
(recall), share of a candidate's units that were planted (purity), false rising candidates a week.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import time
from collections.abc import Iterable
from pathlib import Path

import rjieba

from nlp_jobs.components.keywords import MIN_LENGTH
from nlp_jobs.lexicons.language import load_lexicon
from nlp_jobs.training.labelled_texts import read_csv
from stat_jobs.topic_discovery import Candidate, TopicUnit, discover

BACKGROUND, WEEK = 40_000, 6_000
SIZES = (300, 100, 50)
SEEDS = 5
CLAUSE = re.compile(r"[。！？!?；;~]+")


def make_units(texts: Iterable[str], name: str) -> list[TopicUnit]:
    """Cut texts at sentence ends; one voter per text."""
    stopwords, shortest = load_lexicon("zh").stopwords, MIN_LENGTH["zh"]
    units = []
    for place, text in enumerate(texts):
        for seq, clause in enumerate(CLAUSE.split(text)):
            if not 6 <= len(clause) <= 80:
                continue
            words = dict.fromkeys(
                word
                for word in rjieba.cut(clause, True)
                if len(word) >= shortest and word.isalpha() and word not in stopwords
            )
            key = f"{name}{place}"
            units.append(TopicUnit(key, seq, key, tuple(words)[:8], clause))
    return units


def find_rising(
    everyday: list[TopicUnit], planted: list[TopicUnit], seed: int
) -> tuple[list[Candidate], float]:
    """Return the rising candidates of one made-up week and the CPU seconds that it took."""
    talk = everyday.copy()
    random.Random(seed).shuffle(talk)
    started = time.process_time()
    found = discover(talk[BACKGROUND : BACKGROUND + WEEK] + planted, talk[:BACKGROUND])
    seconds = time.process_time() - started
    return [candidate for candidate in found if candidate.kind == "rising"], seconds


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=Path, required=True, help="folder with the data sets")
    parser.add_argument("--null-weeks", type=int, default=20)
    options = parser.parse_args()
    reviews = list(read_csv(options.sets / "zh_sentiment_online_shopping_10cats.csv.gz"))
    cars = list(read_csv(options.sets / "zh_car_aspect_bdci2018.csv.gz"))
    everyday = make_units(
        (row["text"] for row in reviews if row["category"] not in ("热水器", "酒店")), "e"
    )
    subjects = {
        "water heaters": make_units(
            (row["text"] for row in reviews if row["category"] == "热水器"), "h"
        ),
        "fuel consumption": make_units(
            dict.fromkeys(row["text"] for row in cars if row["aspect"] == "油耗"), "c"
        ),
    }
    print("| units planted (of 6,000) | subject | weeks found | recall | purity |")
    print("|---|---|---|---|---|")
    for size in SIZES:
        for name, units in subjects.items():
            recalls, purities = [], []
            for seed in range(SEEDS):
                chosen = random.Random(seed).sample(units, size)
                keys = {(unit.feedback_key, unit.unit_seq) for unit in chosen}
                rising, _ = find_rising(everyday, chosen, seed)
                members = {member for c in rising for member in c.members}
                recalls.append(len(members & keys) / size)
                if members & keys:
                    purities.append(len(members & keys) / len(members))
            purity = f"{statistics.mean(purities):.2f}" if purities else "-"
            print(
                f"| {size} | {name} | {len(purities)} of {SEEDS} "
                f"| {statistics.mean(recalls):.2f} | {purity} |"
            )
    alarms, seconds = [], []
    for seed in range(options.null_weeks):
        rising, taken = find_rising(everyday, [], 100 + seed)
        alarms.append(len(rising))
        seconds.append(taken)
    print(
        f"\nWeeks without a new subject: {sum(alarms)} false rising candidates in "
        f"{options.null_weeks}; {statistics.mean(seconds):.1f} CPU seconds a week."
    )


if __name__ == "__main__":
    main()
