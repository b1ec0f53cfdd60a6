"""The answers, written beside the sources and never landed: what was planted, what each text says.

planted_causes.jsonl   every cause with its size and dates
texts.jsonl            one line per version of a text: true units, noise, dirt, personal data
canaries.jsonl         persons who must not be found right of the redaction
persons.jsonl          which customer records are one person, and how the second ones differ
lifetimes.jsonl        the last day on which each customer who left would still have bought
cases.jsonl            how each case ended, and whether its customer was won back
withdrawn.jsonl        reviews and notes that were taken back, and how that can be noticed
duplicates.jsonl       bursts of near-duplicates and records that were sent again
broken_records.jsonl   records that cannot be used as they are, and why
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Self, TextIO

from simulator.day_files import write_json

FILES = (
    "planted_causes", "texts", "canaries", "persons", "lifetimes", "cases", "withdrawn",
    "duplicates", "broken_records",
)  # fmt: skip


class TruthWriter:
    """Writes the truth tables line by line; use it as a context."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = ExitStack()
        self._files: dict[str, TextIO] = {}

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            path = self._folder / f"{name}.jsonl"
            self._files[name] = self._stack.enter_context(
                path.open("w", encoding="utf-8", newline="\n")
            )
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def write(self, name: str, record: dict[str, object]) -> None:
        """Add one line to a truth table."""
        self._files[name].write(write_json(record) + "\n")

    def write_all(self, name: str, records: Iterable[dict[str, object]]) -> None:
        """Add lines to a truth table."""
        for record in records:
            self.write(name, record)
